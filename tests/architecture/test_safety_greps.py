"""What the content security policy forbids, and what would print text from people as HTML."""

import re

import pytest

from tests.architecture.source import ROOT, python_files, templates, where

MAKES_MARKUP = {
    "backoffice/templatetags/comptoir.py",  # the icons, from an npm package
    "backoffice/lib/rows.py",  # the rows of lists; tests/lib/test_rows.py holds them to escape
}


def hits(pattern: str, *, also_in_mails: bool = True) -> list[str]:
    found = []
    for file in templates():
        if not also_in_mails and "mail" in file.parts:
            continue  # mail programs know inline styles only
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if re.search(pattern, line):
                found.append(where(file, number))
    return found


@pytest.mark.parametrize(
    "pattern",
    [
        r"\|\s*safe(seq)?\b",
        r"{%\s*autoescape\s+off",
        r"\bon[a-z]+\s*=\s*[\"']",
        r"hx-on\b",
        r"(?i)javascript:",
        r"=\s*[\"']js:",
        r"<script(?![^>]*\b(src|type=\"application/json\"))",
        r"{%\s*debug",
    ],
)
def test_no_template_runs_script_or_prints_markup_of_others(pattern: str) -> None:
    assert hits(pattern) == []


@pytest.mark.parametrize("pattern", [r"\bstyle\s*=", r"<style\b"])
def test_no_page_has_inline_styles(pattern: str) -> None:
    assert hits(pattern, also_in_mails=False) == []


def test_nothing_is_loaded_from_another_host() -> None:
    assert hits(r"<(script|link|img|iframe|source)\b[^>]*(src|href)=[\"'](https?:)?//") == []


def test_no_code_calls_text_safe() -> None:
    words = re.compile(r"\b(mark_safe|SafeString|SafeText)\(|\bcsrf_exempt\b")
    found = [
        where(file, number)
        for file in python_files()
        if str(file.relative_to(ROOT)) not in MAKES_MARKUP
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if words.search(line)
    ]
    assert found == []


def test_every_table_that_is_taken_away_goes_through_the_module_that_neutralises_formulas() -> None:
    writes_tables = re.compile(r"^(import|from) (csv|openpyxl)\b", re.MULTILINE)
    found = [file for file in python_files() if writes_tables.search(file.read_text())]
    assert [str(file.relative_to(ROOT)) for file in found] == ["backoffice/lib/export.py"]


def test_external_links_of_templates_give_nothing_away() -> None:
    assert hits(r"target=[\"']_blank[\"'](?![^>]*rel=[\"'][^\"']*noopener)") == []

"""Every text is in the French catalogue, translated, with the same placeholders."""

import ast
import io
import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from tests.architecture.source import ROOT, python_files, templates, tree_of, where

CATALOGUE = ROOT / "backoffice" / "locale" / "fr" / "LC_MESSAGES" / "django.po"
CONTEXT = (1, "c")
KEYWORDS = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop"], None),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], (CONTEXT, 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], (CONTEXT, 2, 3)),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|(?<!%)%[sd]|{\w*}")
BAD_TYPE = re.compile(r"'| [;:!?»]| %%|«(?!\u00a0\S)|[^\s\u00a0]»|\w[;!?]|[^\W\d]:(?!\w)")
WORD = re.compile(r"[^\W\d_]{2,}")
SAME_IN_ANY_LANGUAGE = {"Comptoir", "CSV", "English", "Esc", "Français", "SKU", "XLSX"}

type Text = tuple[str | None, str | tuple[str, ...]]  # context, singular or all forms


def texts() -> dict[Text, str]:
    """Each text that code or a template asks gettext for, and where."""
    found: dict[Text, str] = {}
    for file in python_files():
        for line, text in extracted(file.read_text()):
            found.setdefault(text, where(file, line))
    for file in templates():
        in_brackets = f"({templatize(file.read_text())})"  # indented as nobody would write Python
        for line, text in extracted(in_brackets):
            found.setdefault(text, where(file, line))
    return found


def extracted(source: str) -> Iterator[tuple[int, Text]]:
    content = io.BytesIO(source.encode())
    for line, message, _comments, context in extract("python", content, keywords=KEYWORDS):
        yield line, (context, message)


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as source:
        return read_po(source, locale="fr")


def test_every_text_is_in_the_catalogue(catalogue: Catalog) -> None:
    known = {(message.context, message.id) for message in catalogue}
    assert {text: place for text, place in texts().items() if text not in known} == {}


def test_every_text_of_the_catalogue_is_translated(catalogue: Catalog) -> None:
    untranslated = [
        message.id
        for message in catalogue
        if message.id and not all(message.string if message.pluralizable else [message.string])
    ]
    assert untranslated == []


def test_no_translation_is_a_guess(catalogue: Catalog) -> None:
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


def test_french_takes_the_singular_for_0_and_1(catalogue: Catalog) -> None:
    assert (catalogue.num_plurals, catalogue.plural_expr) == (2, "(n > 1)")


def test_translations_keep_the_placeholders(catalogue: Catalog) -> None:
    different = []
    for message in catalogue:
        ids = message.id if message.pluralizable else [message.id]
        strings = message.string if message.pluralizable else [message.string]
        wanted = set(PLACEHOLDER.findall(ids[-1]))
        for string in strings if message.id else []:
            there = set(PLACEHOLDER.findall(string))
            if not there <= wanted or (string == strings[-1] and there != wanted):
                different.append(message.id)
    assert different == []


def test_french_is_set_as_french_print_wants_it(catalogue: Catalog) -> None:
    """Curved apostrophes; spaces that don't break before ; : ! ? % and inside « »."""
    straight = []
    for message in catalogue:
        strings = message.string if message.pluralizable else [message.string]
        for string in strings if message.id else []:
            if BAD_TYPE.search(re.sub(r"<[^>]*>", "", string)):
                straight.append(string)
    assert straight == []


def test_the_catalogue_holds_no_text_that_nobody_asks_for(catalogue: Catalog) -> None:
    asked = set(texts())
    unused = [m.id for m in catalogue if m.id and (m.context, m.id) not in asked]
    assert unused == []


def test_gettext_goes_by_the_names_that_extraction_knows() -> None:
    renamed = [
        where(file, node)
        for file in python_files()
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.asname not in {None, "_"}
    ]
    assert renamed == []


def test_texts_are_literals() -> None:
    computed = [
        where(file, node)
        for file in python_files()
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in KEYWORDS
        and not (node.args and isinstance(node.args[0], ast.Constant))
    ]
    assert computed == []


def test_no_text_is_asked_for_inside_an_f_string() -> None:
    """GNU gettext, which gathers the texts for the translator, doesn't look there."""
    hidden = [
        where(file, node)
        for file in python_files()
        for text in ast.walk(tree_of(file))
        if isinstance(text, ast.JoinedStr)
        for node in ast.walk(text)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in KEYWORDS
    ]
    assert hidden == []


def test_a_singular_has_one_plural() -> None:
    """A catalogue holds one entry per singular: a second plural would be lost."""
    plurals: dict[Text, str | tuple[str, ...]] = {}
    clashes = []
    for context, text in texts():
        singular = text if isinstance(text, str) else text[0]
        known = plurals.setdefault((context, singular), text)
        if not isinstance(text, str) and not isinstance(known, str) and text != known:
            clashes.append(text)
    assert clashes == []


def test_templates_hold_no_words_outside_gettext() -> None:
    bare = {}
    for file in templates():
        words = set(WORD.findall(words_outside_gettext(file.read_text()))) - SAME_IN_ANY_LANGUAGE
        if words:
            bare[str(file.relative_to(ROOT))] = words
    assert bare == {}


def words_outside_gettext(source: str) -> str:
    """What a template prints as it stands: text between tags, and attributes that people read."""
    source = re.sub(r"{%\s*block body_class\s*%}.*?{%\s*endblock", "{%", source)
    blocks = r"{%\s*(comment|blocktrans|blocktranslate|verbatim)\b.*?%}.*?{%\s*end\1\s*%}"
    source = re.sub(blocks, "", source, flags=re.DOTALL)
    source = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", source, flags=re.DOTALL)
    source = re.sub(r"<!--.*?-->|<(script|style|svg)\b.*?</\1>", "", source, flags=re.DOTALL)
    source = re.sub(r"https?://\S*|&\w+;", "", source)
    read = re.findall(r'\b(?:alt|title|placeholder|aria-label)="([^"]*)"', source)
    return re.sub(r"<[^>]*>", " ", source) + " ".join(read)

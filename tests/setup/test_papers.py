"""What draws PDFs is installed with the rest, in the image too, or one sentence says what is missing."""

import pytest

from backoffice.dev import papers
from tests.architecture.source import ROOT


def test_make_and_the_image_see_to_it_that_papers_can_be_drawn() -> None:
    steps = (ROOT / "Makefile").read_text()
    for target in ("run: installed\n", "test: installed\n"):
        recipe = steps.partition(f"\n{target}")[2].partition("\n\n")[0]
        assert "$(PY) -m backoffice.dev.papers" in recipe
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert [name for name in papers.PACKAGES if f" {name}" not in dockerfile] == []


def test_where_papers_can_be_drawn_nothing_is_installed_or_said(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert papers.main() == 0
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("missing", "value"),
    [("LIBRARIES", ("no-such-pango",)), ("FONTS", ())],
    ids=["Pango", "a font"],
)
def test_where_nothing_can_be_installed_one_sentence_says_what_to_do(
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    missing: str,
    value: tuple[str, ...],
) -> None:
    monkeypatch.setenv("PATH", "")  # no apt-get to ask
    monkeypatch.setattr(papers, missing, value)
    assert papers.main() == 1
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err == (
        "Picking lists and delivery notes can't be drawn: install Pango and a font, on Debian"
        " libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core.\n"
    )

"""Compile the catalogues that changed, without gettext's own programs."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_catalogues() -> None:
    for source in LOCALE.glob("*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as text:
            catalogue = read_po(text, locale=source.parent.parent.name)
        beside = compiled.with_suffix(".mo.new")  # whoever reads meanwhile sees a whole file
        with beside.open("wb") as output:
            write_mo(output, catalogue)
        beside.replace(compiled)


if __name__ == "__main__":
    compile_catalogues()

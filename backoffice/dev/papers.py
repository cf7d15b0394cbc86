"""See to it that papers can be drawn as PDF: Pango and a font with accents, from apt if need be."""

import ctypes
import ctypes.util
import sys
from pathlib import Path

from backoffice.dev.system import install_packages

LIBRARIES = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")
PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-dejavu-core")
FONTS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("/Library/Fonts"))


def can_draw() -> bool:
    return all(map(_loads, LIBRARIES)) and any(_holds_a_font(place) for place in FONTS)


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(f"lib{library}.so.0")
    except OSError:
        return ctypes.util.find_library(library) is not None
    return True


def _holds_a_font(place: Path) -> bool:
    return any(file.suffix in {".ttf", ".otf", ".ttc"} for file in place.rglob("*"))


def main() -> int:
    if not can_draw():
        install_packages("Pango, which draws the papers", *PACKAGES)
    if can_draw():
        return 0
    print(
        "Picking lists and delivery notes can't be drawn: install Pango and a font, on Debian"
        f" {' '.join(PACKAGES)}.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())

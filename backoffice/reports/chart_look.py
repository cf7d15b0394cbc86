"""How charts look: on paper and light screens, on dark screens, and in grey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LETTERS = 13  # high, in pixels
FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif"


@dataclass(frozen=True)
class Theme:
    """Colours of paper, ink and of each series: from dark to light, so that grey tells them apart."""

    paper: str
    ink: str
    soft: str
    line: str
    series: tuple[tuple[str, str], ...]  # fill, outline


LIGHT = Theme(
    "#ffffff",
    "#1f2328",
    "#57606a",
    "#dfe3e6",
    (
        ("#0d6470", "#0d6470"),
        ("#d3e6e9", "#0d6470"),
        ("#b57100", "#7a4a00"),
        ("#f5ddb0", "#7a4a00"),
    ),
)
DARK = Theme(
    "#1d2125",
    "#e8eaec",
    "#a9b1ba",
    "#343a40",
    (
        ("#74cbd8", "#74cbd8"),
        ("#12353b", "#74cbd8"),
        ("#f0c36d", "#f0c36d"),
        ("#40310f", "#f0c36d"),
    ),
)
THEMES = {"light": LIGHT, "dark": DARK}


def css(theme: Theme, series: Sequence[tuple[str, str]], *, bars: bool) -> str:
    """The look; later series are lighter with an outline, later lines are dashed."""
    rules = [
        f"svg{{background:{theme.paper};font-family:{FONT}}}",
        f".background{{fill:{theme.paper}}}",
        f"text{{fill:{theme.ink};font-size:{LETTERS}px;font-family:{FONT}}}",
        f".axis text{{fill:{theme.soft}}}",
        f"text.title{{fill:{theme.soft};text-anchor:middle}}",
        ".axis.y text{text-anchor:end}.axis.x text{text-anchor:middle}",
        ".axis.x text[transform]{text-anchor:start}.text-overlay text{text-anchor:start}",
        f".axis .line,.axis path,.guide.line{{stroke:{theme.line};stroke-width:1;fill:none}}",
        "" if bars else ".axis.x .guide.line{stroke-opacity:0}",
    ]
    for number, (fill, outline) in enumerate(series):
        dash = "" if number == 0 or bars else f"stroke-dasharray:{8 - 2 * number} 4;"
        rules += [
            f".color-{number} rect,rect.color-{number},.color-{number} circle"
            f"{{fill:{fill};stroke:{outline};stroke-width:1}}",
            f".color-{number} path.line{{stroke:{outline};stroke-width:2;fill:none;{dash}}}",
        ]
    return "".join(rules)

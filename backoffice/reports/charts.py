"""A table's rows as a picture, drawn by pygal: bars or lines that are told apart without colour."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, tostring

import pygal
import resvg_py
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pygal.style import Style

from backoffice.reports.shown import heading, shown
from backoffice.reports.table import Cell, Column, Table
from backoffice.templatetags.figures import figure

WIDTH = 960
MOST_BARS = 20  # more can't be read; the table has them
MOST_POINTS = 400
PNG_ZOOM = 2
LONGEST_LABEL = 34
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


def chart_svg(table: Table, theme: Theme = LIGHT) -> str:
    """The chart of a table that has one, in the active language; empty without rows."""
    if table.chart is None or not table.rows:
        return ""
    rows = drawn_rows(table)
    label = table.columns[table.index(table.chart.label)]
    values = [table.columns[table.index(key)] for key in table.chart.values]
    if table.chart.kind == "bars":
        rows, values = rows[::-1], values[::-1]  # pygal begins at the bottom
    chart = _empty_chart(table, len(rows) * len(values), theme, values)
    chart.x_labels = [_short(shown(row[table.index(label.key)], label)) for row in rows]
    for column in values:
        chart.add(heading(column), [_number(row[table.index(column.key)]) for row in rows])
    return _drawn(chart.render_tree())


def _drawn(root: Element) -> str:
    """The picture alone: without pygal's script and hovering labels, each figure beside its bar."""
    for parent in list(root.iter()):
        for child in list(parent):
            kind = child.tag if isinstance(child.tag, str) else "comment"
            if kind in ("script", "comment", "desc") or child.get("class") == "tooltip":
                parent.remove(child)
            elif child.get("class") == "value":
                child.set("text-anchor", "start")
    root.attrib.pop("id", None)
    return tostring(root, encoding="unicode")


def chart_png(table: Table) -> bytes:
    """The same for papers and mails; empty without rows."""
    svg = chart_svg(table)
    if not svg:
        return b""
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=PNG_ZOOM, background=LIGHT.paper))


def chart_data_url(table: Table) -> str:
    """The picture inside an address, for a paper, which fetches nothing."""
    png = chart_png(table)
    return f"data:image/png;base64,{b64encode(png).decode()}" if png else ""


def drawn_rows(table: Table) -> list[list[Cell]]:
    """The rows that the chart shows: the first ones."""
    bars = table.chart is not None and table.chart.kind == "bars"
    return table.rows[: MOST_BARS if bars else MOST_POINTS]


def chart_in_words(table: Table) -> str:
    """What the picture shows, for those who can't see it: which figure, of what, and its extremes."""
    if table.chart is None or not table.rows:
        return ""
    rows, key = drawn_rows(table), table.chart.values[0]
    label, value = (table.columns[table.index(key)] for key in (table.chart.label, key))
    ranked = sorted(rows, key=lambda row: _number(row[table.index(key)]) or 0)
    most, least = ranked[-1], ranked[0]
    names = {
        "figure": heading(value),
        "label": label.label,
        "count": len(rows),
        "most": shown(most[table.index(label.key)], label),
        "most_value": shown(most[table.index(key)], value),
        "least": shown(least[table.index(label.key)], label),
        "least_value": shown(least[table.index(key)], value),
    }
    if len(rows) == 1:
        return _("%(figure)s by %(label)s: %(most)s %(most_value)s.") % names
    text = ngettext(
        "%(figure)s by %(label)s, %(count)s row. Most: %(most)s, %(most_value)s. Least: %(least)s, %(least_value)s.",
        "%(figure)s by %(label)s, %(count)s rows. Most: %(most)s, %(most_value)s. Least: %(least)s, %(least_value)s.",
        len(rows),
    )
    return text % names


def _empty_chart(table: Table, marks: int, theme: Theme, values: Sequence[Column]) -> Any:
    bars = table.chart is not None and table.chart.kind == "bars"
    order = list(theme.series[: len(values)])
    if bars:
        order = order[::-1]
    kind = pygal.HorizontalBar if bars else pygal.Line
    return kind(
        width=WIDTH,
        height=max(170, 90 + 26 * marks) if bars else 340,
        css=[f"inline:{_css(theme, order, bars=bars)}"],
        js=[],
        style=Style(background=theme.paper, plot_background=theme.paper, font_family=FONT),
        no_prefix=True,
        legend_at_bottom=True,
        legend_at_bottom_columns=min(len(values), 3),
        show_legend=True,
        print_values=bars,
        print_values_position="top",
        value_formatter=_rounded,
        show_dots=not bars and marks <= 4 * 62,
        dots_size=3,
        x_label_rotation=0 if bars else 30,
        x_labels_major_count=12,
        show_minor_x_labels=bars or len(table.rows) <= 12,
        truncate_label=LONGEST_LABEL,
        truncate_legend=LONGEST_LABEL,
        include_x_axis=True,
        spacing=12,
        margin=10,
        explicit_size=True,
        disable_xml_declaration=True,
    )


def _css(theme: Theme, series: Sequence[tuple[str, str]], *, bars: bool) -> str:
    """The look; later series are lighter with an outline, later lines are dashed."""
    rules = [
        f"svg{{background:{theme.paper};font-family:{FONT}}}",
        f".background{{fill:{theme.paper}}}",
        f"text{{fill:{theme.ink};font-size:13px;font-family:{FONT}}}",
        f".axis text{{fill:{theme.soft};font-size:12px}}",
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


def _number(cell: Cell) -> Decimal | int | None:
    return cell if isinstance(cell, int | Decimal) else None


def _rounded(value: Any) -> str:
    """An amount without cents: a picture is for the comparison, the table for the cent."""
    return "" if value is None else figure(round(value))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…"

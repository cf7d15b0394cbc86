"""A table's rows as a picture, drawn by pygal: bars or lines that are told apart without colour."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from xml.etree.ElementTree import Element, tostring

import pygal
import resvg_py
from pygal.style import Style

from backoffice.reports.chart_look import FONT, LETTERS, LIGHT, Theme, css
from backoffice.reports.drawing import Drawing, drawing_of
from backoffice.reports.table import Table
from backoffice.templatetags.figures import figure

WIDTH = 960
PNG_ZOOM = 2
LONGEST_LABEL = 34
MOST_DOTS = 4 * 62
FEW_NAMES = 12  # which all have room below a line


def chart_svg(table: Table, theme: Theme = LIGHT) -> str:
    """The chart of a table that has one, in the active language; empty without rows."""
    drawing = drawing_of(table)
    if drawing is None:
        return ""
    chart = _empty_bars(drawing, theme) if drawing.is_bars else _empty_lines(drawing, theme)
    order = -1 if drawing.is_bars else 1  # pygal begins at the bottom
    chart.x_labels = [_short(name) for name in drawing.names[::order]]
    for series in drawing.series[::order]:
        chart.add(series.name, series.figures[::order])
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


def chart_in_words(table: Table) -> str:
    """What the picture shows, for those who can't see it: which figure, of what, and its extremes."""
    drawing = drawing_of(table)
    return drawing.in_words if drawing else ""


def _empty_bars(drawing: Drawing, theme: Theme) -> Any:
    marks = len(drawing.names) * len(drawing.series)
    return pygal.HorizontalBar(
        height=max(170, 90 + 26 * marks) + (26 if drawing.title else 0),
        css=[f"inline:{css(theme, theme.series[: len(drawing.series)][::-1], bars=True)}"],
        print_values=True,
        print_values_position="top",
        **_common(drawing, theme),
    )


def _empty_lines(drawing: Drawing, theme: Theme) -> Any:
    marks = len(drawing.names) * len(drawing.series)
    return pygal.Line(
        height=340,
        css=[f"inline:{css(theme, theme.series[: len(drawing.series)], bars=False)}"],
        show_dots=marks <= MOST_DOTS,
        dots_size=3,
        x_label_rotation=30,
        x_labels_major_count=FEW_NAMES,
        show_minor_x_labels=len(drawing.names) <= FEW_NAMES,
        **_common(drawing, theme),
    )


def _common(drawing: Drawing, theme: Theme) -> dict[str, Any]:
    return {
        "title": drawing.title or None,
        "width": WIDTH,
        "js": [],
        "style": Style(
            background=theme.paper,
            plot_background=theme.paper,
            font_family=FONT,
            label_font_size=LETTERS,
            major_label_font_size=LETTERS,
            value_font_size=LETTERS,
            legend_font_size=LETTERS,
        ),
        "no_prefix": True,
        "legend_at_bottom": True,
        "legend_at_bottom_columns": len(drawing.series),
        "value_formatter": _rounded,
        "truncate_label": LONGEST_LABEL,
        "truncate_legend": LONGEST_LABEL,
        "include_x_axis": True,
        "spacing": 12,
        "margin": 10,
        "explicit_size": True,
        "disable_xml_declaration": True,
    }


def _rounded(value: Any) -> str:
    """An amount without cents: a picture is for the comparison, the table for the cent."""
    return "" if value is None else figure(round(value))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…"

"""Barcodes as drawings: SVG without a style of its own, for pages and papers."""

import re
from functools import lru_cache

from barcode.codex import Code128
from django.utils.html import format_html
from django.utils.safestring import SafeString

QUIET = 10  # modules of white at each end, without which a scanner finds no beginning
HEIGHT = 40  # modules


@lru_cache(maxsize=512)
def code128_svg(text: str) -> SafeString:
    """The text as a Code 128 barcode; one module is one unit of the drawing."""
    [modules] = Code128(text).build()
    bars = "".join(
        f"M{QUIET + bar.start()} 0h{len(bar[0])}v{HEIGHT}h-{len(bar[0])}z"
        for bar in re.finditer("1+", modules)
    )
    width = len(modules) + 2 * QUIET
    return format_html(
        '<svg class="barcode" role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}"'
        ' preserveAspectRatio="none" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{}v{}H0z"/>'
        '<path fill="#000" d="{}"/></svg>',
        text,
        width,
        HEIGHT,
        2 * width,
        2 * HEIGHT,
        width,
        HEIGHT,
        bars,
    )

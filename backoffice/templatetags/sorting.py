"""Headings that sort a table which is written by hand."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.http import HttpRequest

register = template.Library()


@dataclass(frozen=True)
class SortLink:
    """A name in a heading: where it sorts, and whether it does so now (`ascending`, `descending`)."""

    label: str
    address: str
    direction: str


@register.inclusion_tag("backoffice/parts/sort_heading.html", takes_context=True)
def sort_heading(
    context: dict[str, Any], *names_and_labels: str, text: bool = False
) -> dict[str, Any]:
    """A heading with one or more names, each followed by its label. Figures sort down first, `text`
    and ranks up."""
    request: HttpRequest = context["request"]
    pairs = zip(names_and_labels[::2], names_and_labels[1::2], strict=True)
    links = [_link(request, context["order"], name, label, text=text) for name, label in pairs]
    sorted_by = next((link.direction for link in links if link.direction), "")
    return {"links": links, "sorted_by": sorted_by, "text": text}


def _link(request: HttpRequest, order: str, name: str, label: str, *, text: bool) -> SortLink:
    direction = {name: "ascending", f"-{name}": "descending"}.get(order, "")
    up = direction == "descending" or (text and not direction)
    query = request.GET.copy()
    query["sort"] = name if up else f"-{name}"
    query.pop("page", None)
    return SortLink(label, f"?{query.urlencode()}", direction)

"""Who may do what, and where: the table that the views themselves are checked against."""

from typing import Any

from django.http import HttpResponse
from django.utils.text import capfirst
from django.views.decorators.http import require_GET

from backoffice.lib.htmx import render_page
from backoffice.lib.text import search_form
from backoffice.rights.filters import RightsForm
from backoffice.rights.labels import COLUMNS, REACHES
from backoffice.rights.matrix import Area, Cell, Column, Reach, Row, areas
from stores.models import Role
from stores.rights import StaffRequest, staff


@require_GET
@staff(Role.HEAD_OFFICE, company_wide=True)
def rights(request: StaffRequest) -> HttpResponse:
    """Each view, report and mail against each role; `?role=` and `?q=` narrow it."""
    form = RightsForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    columns = [Column(wanted["role"])] if wanted.get("role") else list(Column)
    shown = [_narrowed(area, columns, wanted.get("q", "")) for area in areas()]
    context = {
        "filter": {"form": form},
        "columns": [words_of(column) for column in columns],
        "areas": [area for area in shown if area["rows"]],
    }
    return render_page(request, "backoffice/rights.html", context, parts=("rights-table",))


def words_of(column: Column) -> str:
    """The column as it is called: a role, or who has none."""
    return capfirst(str(COLUMNS.get(column) or Role(column).label))


def _narrowed(area: Area, columns: list[Column], words: str) -> dict[str, Any]:
    """The rows with these words; for one role alone, those that it has."""
    rows = [
        {"row": row, "cells": [_shown(row, column) for column in columns]}
        for row in area.rows
        if search_form(words.strip()) in search_form(f"{row.label} {row.path} {row.note}")
        and (len(columns) > 1 or row.cells[columns[0]].reach != Reach.NONE)
    ]
    return {"label": area.label, "rows": rows}


def _shown(row: Row, column: Column) -> dict[str, Any]:
    cell: Cell = row.cells[column]
    return {
        "column": words_of(column),
        "reach": cell.reach.value,
        "words": REACHES[cell.reach],
        "reads": cell.reads != Reach.NONE,
        "sends": cell.sends != Reach.NONE,
    }

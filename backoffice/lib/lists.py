"""A list page: filtered, sorted, paged, and the whole of it as a file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_filters import FilterSet
from django_tables2 import RequestConfig, Table
from django_tables2.rows import BoundRow

from backoffice.lib.export import (
    CSV_TYPE,
    XLSX_TYPE,
    Cell,
    Sheet,
    csv_lines,
    file_response,
    xlsx_bytes,
)
from backoffice.lib.htmx import render_page

AT_ONCE = 1000  # rows read from the database at a time
MAX_SHEET_ROWS = 50_000  # of a workbook, which is made in memory
FORMATS = ("csv", "xlsx")


def list_page(
    request: HttpRequest,
    template: str,
    filterset: FilterSet,
    table: Table,
    *,
    part: str,
    context: Mapping[str, Any],
    status: int = 200,
) -> HttpResponseBase:
    """The page or its part; with `?export=csv` (or `xlsx`) a file of all that is filtered, called
    after the URL of the list."""
    if request.GET.get("export") in FORMATS:
        return export_table(request, table, request.GET["export"])
    turn_to_page(request, table)
    whole = {"filter": filterset, "table": table, "exports": export_links(request)} | dict(context)
    return render_page(request, template, whole, parts=(part,), status=status)


def turn_to_page(request: HttpRequest, table: Table, *, per_page: int = 25) -> None:
    """Sort the table and open the page that the address asks for: the last one, if it asks for more,
    the first one for what is no number. How many rows a page has is not the address's to say."""
    RequestConfig(request, paginate=False).configure(table)
    table.paginate(per_page=per_page)
    table.page = table.paginator.get_page(request.GET.get(table.prefixed_page_field))


def export_table(request: HttpRequest, table: Table, file_format: str) -> HttpResponseBase:
    """All rows of a table of database rows, in the order that the address asks for."""
    RequestConfig(request, paginate=False).configure(table)
    sheet = Sheet(list_name(request), _heading(table), _rows(table))
    too_long = table.data.data[MAX_SHEET_ROWS : MAX_SHEET_ROWS + 1].exists
    return export_sheet(request, sheet, file_format, too_long=too_long)


def export_sheet(
    request: HttpRequest, sheet: Sheet, file_format: str, *, too_long: Callable[[], bool]
) -> HttpResponseBase:
    """The rows as a file; where they are `too_long` for a workbook, the list, which says so."""
    if file_format == "csv":
        return _csv_stream(sheet)
    if too_long():
        messages.error(request, _("That is too long for a workbook: narrow it, or take the CSV."))
        return redirect(f"{request.path}?{_without_export(request).urlencode()}")
    return file_response(f"{sheet.name}.xlsx", XLSX_TYPE, xlsx_bytes([sheet]))


def list_name(request: HttpRequest) -> str:
    """What a file of the list is called: the URL of the list."""
    match = request.resolver_match
    return (match.url_name if match else None) or "list"


def export_links(request: HttpRequest, formats: Sequence[str] = FORMATS) -> list[tuple[str, str]]:
    """The name of each format and the address of this very list in it."""
    links = []
    for file_format in formats:
        query = _without_export(request)
        query["export"] = file_format
        links.append((file_format.upper(), f"?{query.urlencode()}"))
    return links


def _csv_stream(sheet: Sheet) -> StreamingHttpResponse:
    language, zone = translation.get_language() or "en", timezone.get_current_timezone()
    response = StreamingHttpResponse(
        _as_reader(csv_lines(sheet, language), language, zone), content_type=CSV_TYPE
    )
    response["Content-Disposition"] = f'attachment; filename="{sheet.name}.csv"'
    return response


def _as_reader(lines: Iterator[bytes], language: str, zone: tzinfo) -> Iterator[bytes]:
    """The lines in the reader's language and time: the request is over when they are written."""
    with translation.override(language), timezone.override(zone):
        yield from lines


def _heading(table: Table) -> list[str]:
    return [str(column.header) for column in _columns(table)]


def _rows(table: Table) -> Iterator[list[Cell]]:
    columns = _columns(table)
    for record in table.data.data.iterator(chunk_size=AT_ONCE):
        row = BoundRow(record, table)
        yield [_cell(row.get_cell_value(column.name)) for column in columns]


def _columns(table: Table) -> list[Any]:
    return [c for c in table.columns.iterall() if not c.column.exclude_from_export]


def _cell(value: Any) -> Cell:
    """Numbers as they are, times as the reader's clock shows them, all else as text."""
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, bool) or not isinstance(value, Cell.__value__):
        return str(value)
    return value  # type: ignore[no-any-return]


def _without_export(request: HttpRequest) -> QueryDict:
    query = request.GET.copy()
    for name in ("export", "page"):
        query.pop(name, None)
    return query

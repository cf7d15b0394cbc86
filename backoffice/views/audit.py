"""The audit trail: who changed what, when, from what to what; nobody can change it."""

from collections.abc import Iterator
from itertools import batched

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from backoffice.audit.filters import AuditFilter
from backoffice.audit.words import ToldEntry, told, with_people
from backoffice.lib.chips import filters_in_words
from backoffice.lib.export import Cell, Sheet
from backoffice.lib.htmx import render_page
from backoffice.lib.lists import (
    FORMATS,
    MAX_SHEET_ROWS,
    export_links,
    export_sheet,
    list_name,
)
from inventory.forms.restock import ids_from
from stores.actions.audit import record_reading
from stores.models import AuditEntry, Role
from stores.models.audit import AuditEntryQuerySet
from stores.rights import StaffRequest, staff

LISTED = 50
AT_ONCE = 500  # entries of a file that are put into words together


@require_GET
@staff(Role.HEAD_OFFICE, company_wide=True)
def audit_list(request: StaffRequest) -> HttpResponseBase:
    """The trail, newest first; nothing is counted: it is long."""
    filterset = AuditFilter(request.GET, queryset=AuditEntry.objects.all())
    entries = filterset.qs.newest_first()
    if request.GET.get("export") in FORMATS:
        return _file(request, filterset, entries)
    start = _entry_before(request)
    found = list(with_people(entries.older_than(start) if start else entries)[: LISTED + 1])
    context = {
        "filter": filterset,
        "rows": told(found[:LISTED], request.user),
        "older": found[LISTED - 1].pk if len(found) > LISTED else None,
        "is_first": start is None,
        "exports": export_links(request),
    }
    return render_page(request, "backoffice/audit_list.html", context, parts=("audit-table",))


def _entry_before(request: StaffRequest) -> AuditEntry | None:
    """The entry that the page begins under; a senseless one is none."""
    ids = ids_from(request.GET.getlist("before"))
    return AuditEntry.objects.filter(pk__in=ids[-1:]).defer("words").first()


def _file(
    request: StaffRequest, filterset: AuditFilter, entries: AuditEntryQuerySet
) -> HttpResponseBase:
    """All that is filtered; taking it away is an entry itself."""
    record_reading(
        AuditEntry.Kind.CUSTOMER,
        "stores_auditentry",
        by=request.user,
        file=request.GET["export"],
        filters=filters_in_words(filterset, request.GET),
    )
    heading = [_("When"), _("Who"), _("How"), _("Kind"), _("Thing"), _("Name"), _("Place")]
    heading += [_("What was done"), _("What was changed")]
    sheet = Sheet(list_name(request), heading, _lines(request, entries))
    too_long = entries[MAX_SHEET_ROWS : MAX_SHEET_ROWS + 1].exists
    return export_sheet(request, sheet, request.GET["export"], too_long=too_long)


def _lines(request: StaffRequest, entries: QuerySet[AuditEntry]) -> Iterator[list[Cell]]:
    for some in batched(with_people(entries).iterator(chunk_size=AT_ONCE), AT_ONCE, strict=False):
        for row in told(some, request.user):
            yield _cells(row)


def _cells(row: ToldEntry) -> list[Cell]:
    entry = row.entry
    return [
        localtime(entry.at).replace(tzinfo=None, microsecond=0),
        row.who,
        entry.get_way_display(),
        entry.get_kind_display(),
        row.thing,
        row.name,
        row.place,
        entry.get_action_display(),
        row.in_one_line,
    ]

"""The fair-share board: who gets how much of what isn't enough for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from inventory.actions.share import Shared, approve_shares
from inventory.actions.stock import Quantity
from inventory.filters.board import BoardFilter
from inventory.forms.board import TypedShares, read_shares, shown_keys
from inventory.models import RestockLine, RestockRequest
from inventory.queries.board import Block, Scarce, Wanted, blocks_of, scarce_skus
from stores.models import Company, Role
from stores.rights import StaffRequest, holds, staff

LINES = 60  # that a page holds, if its first SKU hasn't more


@dataclass(frozen=True)
class Row:
    """A line with its field; `own` is what the reader may not decide."""

    line: Wanted
    value: str
    error: str
    own: bool
    cover: Decimal | None


@dataclass(frozen=True)
class Panel:
    """A SKU with its rows, and what is given and left of it."""

    block: Block
    rows: list[Row]
    given: Quantity
    reason: str

    @property
    def left(self) -> Quantity:
        return self.block.scarce.free - self.given


@dataclass(frozen=True)
class Outlook:
    """What the button would do; `with_more` are the requests that have other lines as well."""

    served: int
    waiting: int
    units: Quantity
    other_lines: int
    with_more: set[int]


@require_http_methods(["GET", "POST"])
@staff(Role.LOGISTICS)
def fair_share_board(request: StaffRequest) -> HttpResponse:
    """Each scarce SKU with all who ask for it; a POST approves all that the page shows."""
    warehouses = request.locations.warehouses()
    error, sent, scarce = "", TypedShares(), scarce_skus(warehouses)
    filterset = BoardFilter(request.GET, warehouses=warehouses.kept())
    page = Paginator(_pages(filterset.narrowed(scarce)), 1).get_page(request.GET.get("page"))
    shown: Sequence[Scarce] = list(chain(*page))
    if request.method == "POST":
        keys = shown_keys(request.POST)
        shown = [one for one in scarce if one.key in keys]
        blocks = blocks_of(shown)
        sent = read_shares(request.POST, blocks)
        error = _share(request, sent, blocks)
        if not error:
            return redirect(request.get_full_path())
        scarce = scarce_skus(warehouses)
        shown = [one for one in scarce if one.key in keys]
    panels = _panels(request, blocks_of(shown), sent)
    context = {
        "filter": filterset,
        "page": page,
        "count": len(scarce),
        "panels": panels,
        "outlook": _outlook(panels),
        "versions": {row.line.request.pk: row.line.request for p in panels for row in p.rows},
        "reasons": RestockLine.Reason.choices,
        "decides": holds(request.user, Role.LOGISTICS),
        "error": error,
    }
    template, status = "inventory/fair_share_board.html", 422 if error else 200
    return render_page(request, template, context, parts=("fair-share",), status=status)


def _share(request: StaffRequest, sent: TypedShares, blocks: Sequence[Block]) -> str:
    """Approve what was sent; otherwise say why nothing was."""
    if sent.errors:
        return _("Nothing was approved. Look at the marked shares.")
    try:
        shared = approve_shares(seen=sent.seen, shares=sent.shares(blocks), by=request.user)
    except DomainError as refusal:
        return str(refusal)
    if shared.approved:
        messages.success(request, _said(shared))
    for waiting, words in (
        (shared.empty, _("Nothing is left for %(requests)s: still waiting.")),
        (shared.own, _("%(requests)s: your own, somebody else decides.")),
    ):
        if waiting:
            messages.info(request, words % {"requests": ", ".join(map(str, waiting))})
    return ""


def _said(shared: Shared) -> str:
    approved = len(shared.approved)
    requests = ngettext("%(count)s request approved.", "%(count)s requests approved.", approved)
    units = ngettext(
        "%(count)s unit is on its way.", "%(count)s units are on their way.", shared.units
    )
    return f"{requests % {'count': approved}} {units % {'count': shared.units}}"


def _pages(scarce: Sequence[Scarce]) -> list[list[Scarce]]:
    """Cut the list where a page has enough lines; a SKU is never cut in two."""
    pages: list[list[Scarce]] = []
    lines = LINES
    for one in scarce:
        if lines + one.lines > LINES:
            pages.append([])
            lines = 0
        pages[-1].append(one)
        lines += one.lines
    return pages


def _panels(request: StaffRequest, blocks: Sequence[Block], sent: TypedShares) -> list[Panel]:
    own = _own_requests(request, blocks)
    panels = []
    for block in blocks:
        units = {line.pk: sent.units.get(line.pk, line.proposed) for line in block.lines}
        cover = block.cover_after(units)
        rows = [
            Row(
                line,
                sent.typed.get(line.pk, str(line.proposed)),
                sent.errors.get(line.pk, ""),
                line.request.pk in own,
                cover[line.request.store_id],
            )
            for line in block.lines
        ]
        panels.append(Panel(block, rows, sum(units.values()), sent.reason_of(block.key)))
    return panels


def _own_requests(request: StaffRequest, blocks: Sequence[Block]) -> set[int]:
    """The requests that the reader sent or added to, and may not decide."""
    if Company.current().own_requests_allowed:
        return set()
    shown = {line.request.pk for block in blocks for line in block.lines}
    own = RestockRequest.objects.filter(pk__in=shown).asked_by_person(request.user)
    return set(own.values_list("pk", flat=True))


def _outlook(panels: Sequence[Panel]) -> Outlook:
    rows = [row for panel in panels for row in panel.rows if not row.own]
    shown = {row.line.request.pk for row in rows}
    others = RestockLine.objects.filter(request__in=shown).exclude(
        pk__in=[row.line.pk for row in rows]
    )
    of_others = list(others.values_list("request_id", flat=True))
    units = {row.line.pk: _units(row.value) for row in rows}
    served = {row.line.request.pk for row in rows if units[row.line.pk]} | set(of_others)
    return Outlook(
        len(served), len(shown - served), sum(units.values()), len(of_others), set(of_others)
    )


def _units(typed: str) -> Quantity:
    text = typed.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

"""A transfer is prepared: from where to where, and what; each click is kept, and nothing moves."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backoffice.lib.errors import DomainError
from backoffice.lib.fields import MAX_QUANTITY
from backoffice.lib.htmx import render_page
from inventory.actions.transfer import SENDERS, change_draft, draft_transfer, send_transfer
from inventory.forms.restock import ids_from, key_or_new
from inventory.forms.transfers import DraftForm, NewTransferForm
from inventory.models import Barcode, Sku, Transfer
from inventory.queries.restock import available_at
from inventory.queries.transfers import WITH_PLACES, TransferPages
from inventory.transfer_errors import UnknownCode
from stores.models import Location
from stores.models.location import LocationQuerySet
from stores.rights import StaffRequest, staff, staff_at

MOST_LINES = 200
MOST_FOUND = 8


@dataclass(frozen=True)
class Row:
    sku: Sku
    units: BoundField
    available: int
    is_short: bool


@require_http_methods(["GET", "POST"])
@staff(*SENDERS, writing=True)
def transfer_new(request: StaffRequest) -> HttpResponse:
    return _new(request, request.locations.active(), None)


@require_http_methods(["GET", "POST"])
@staff_at(*SENDERS, writing=True)
def store_transfer_new(request: StaffRequest) -> HttpResponse:
    here = Location.objects.filter(pk=request.location.pk)
    return _new(request, here, request.location)


def _new(request: StaffRequest, sources: LocationQuerySet, place: Location | None) -> HttpResponse:
    """Choose two places and a first article; with that, the draft is there."""
    sent = request.POST if request.method == "POST" else request.GET
    places = Location.objects.inner().active()
    destinations = places.exclude(pk=place.pk) if place else places
    finder = Finder(sent)
    form = NewTransferForm(
        request.POST or None,
        initial={"key": key_or_new(""), "source": place, "destination": sent.get("destination")},
        sources=sources,
        destinations=destinations,
    )
    if form.is_bound and form.is_valid() and finder.chosen:
        try:
            transfer = _draft(request, form, finder)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return redirect(f"{TransferPages(request.user, place).detail(transfer)}edit/")
    context = {
        "form": form,
        "place": place,
        "pages": TransferPages(request.user, place),
        "finder": finder,
    }
    refused = form.is_bound and (form.errors or not finder.found)
    status = 422 if refused else 200
    return render_page(request, "inventory/transfer_new.html", context, status=status)


def _draft(request: StaffRequest, form: NewTransferForm, finder: "Finder") -> Transfer:
    given = form.cleaned_data
    return draft_transfer(
        given["key"],
        source=given["source"],
        destination=given["destination"],
        wanted=finder.chosen,
        by=request.user,
    )


@require_http_methods(["GET", "POST"])
@staff(*SENDERS, writing=True)
def transfer_edit(request: StaffRequest, pk: int) -> HttpResponse:
    return _edit(request, pk, request.locations, None)


@require_http_methods(["GET", "POST"])
@staff_at(*SENDERS, writing=True)
def store_transfer_edit(request: StaffRequest, pk: int) -> HttpResponse:
    here = Location.objects.filter(pk=request.location.pk)
    return _edit(request, pk, here, request.location)


def _edit(
    request: StaffRequest, pk: int, sources: LocationQuerySet, place: Location | None
) -> HttpResponse:
    """Change what a draft plans; what is no draft any more is only looked at."""
    own = Transfer.objects.filter(source__in=sources).select_related(*WITH_PLACES)
    editor = Editor(get_object_or_404(own, pk=pk), request)
    pages = TransferPages(request.user, place)
    do = request.POST.get("do", "")
    if request.method == "POST":
        if editor.save(do) and do in {"send", "done"}:
            return redirect(pages.detail(editor.transfer))
    elif not editor.transfer.is_draft:
        return redirect(pages.detail(editor.transfer))
    context = editor.context() | {"place": place, "pages": pages}
    status = 422 if editor.is_refused else 200
    parts = ("transfer-draft",)
    return render_page(request, "inventory/transfer_edit.html", context, parts=parts, status=status)


class Finder:
    """What a scan, words or an Add button bring: SKUs to add with their units, or some to choose."""

    def __init__(self, sent: QueryDict) -> None:
        self.words = "".join(c for c in sent.get("q", "")[:100] if c.isprintable()).strip()
        self.chosen: dict[int, int] = {}
        self.found: list[Sku] = []
        verb, _dash, text = sent.get("do", "").partition("-")
        if verb == "add":
            self._choose(Sku.objects.filter(pk__in=ids_from([text])).first())
        elif verb == "find" and self.words:
            self._choose(Sku.objects.scanned(self.words).first())
            if not self.chosen:
                by_words = Sku.objects.search(self.words).select_related("product")
                self.found = list(by_words[:MOST_FOUND])
        self.unknown = str(UnknownCode(self.words)) if verb == "find" and self.is_in_vain else ""

    @property
    def is_in_vain(self) -> bool:
        return bool(self.words) and not self.chosen and not self.found

    def _choose(self, sku: Sku | None) -> None:
        if sku is None:
            return
        barcode = Barcode.objects.filter(sku=sku, code=self.words).first()
        self.chosen[sku.pk] = barcode.units if barcode else 1


class Editor:
    """A draft while it is changed; what was typed travels with each click, and is kept with it."""

    def __init__(self, transfer: Transfer, request: StaffRequest) -> None:
        self.transfer, self.request = transfer, request
        self.finder = Finder(request.POST)
        self.is_refused = False
        self._read(sent=request.POST if request.method == "POST" else None)

    def _read(self, *, sent: QueryDict | None = None) -> None:
        planned = dict(self.transfer.lines.values_list("sku_id", "planned").order_by("pk"))
        wanted = ids_from(sent.getlist("sku"))[:MOST_LINES] if sent else list(planned)
        skus = Sku.objects.select_related("product").in_bulk(wanted)
        self.form = DraftForm(
            sent,
            initial={"version": self.transfer.version, "note": self.transfer.note},
            skus=[skus[pk] for pk in wanted if pk in skus],
            units=planned,
        )

    def save(self, do: str) -> bool:
        """Keep what was typed, and what a scan or a button changes; send it, if that was asked."""
        if not self.form.is_valid():
            self.is_refused = True
            return False
        try:
            self._change(do)
        except DomainError as error:
            self._refuse(str(error))
            return False
        self.is_refused = bool(self.finder.unknown)
        self._read()
        return True

    def _change(self, do: str) -> None:
        wanted, note = self._wanted(do), self.form.cleaned_data["note"]
        planned = dict(self.transfer.lines.values_list("sku_id", "planned"))
        seen, by = self.form.cleaned_data["version"], self.request.user
        if wanted != planned or note != self.transfer.note:
            self.transfer = change_draft(
                self.transfer.pk, wanted=wanted, note=note, by=by, seen=seen
            )
            seen = self.transfer.version
        if do == "send":
            self.transfer = send_transfer(self.transfer.pk, by=by, seen=seen)
            messages.success(self.request, _("%(transfer)s is sent.") % {"transfer": self.transfer})

    def _wanted(self, do: str) -> dict[int, int]:
        wanted = self.form.wanted()
        verb, _dash, text = do.partition("-")
        if verb == "remove":
            wanted = {pk: units for pk, units in wanted.items() if str(pk) != text}
        for pk, units in self.finder.chosen.items():
            wanted[pk] = min(wanted.get(pk, 0) + units, MAX_QUANTITY)
        return wanted

    def _refuse(self, text: str) -> None:
        """Say why; the lines stand as they are kept, the sentence above them."""
        self.is_refused = True
        self.transfer = Transfer.objects.select_related(*WITH_PLACES).get(pk=self.transfer.pk)
        self.form.add_error(None, text)

    def context(self) -> dict[str, Any]:
        skus = self.form.skus
        there = available_at([self.transfer.source_id], [sku.pk for sku in skus])
        return {
            "transfer": self.transfer,
            "form": self.form,
            "finder": self.finder,
            "rows": [
                self._row(sku, there.get((self.transfer.source_id, sku.pk), 0)) for sku in skus
            ],
            "version": self.transfer.version,
            "is_refused": self.is_refused,
            "touched": next(iter(self.finder.chosen), 0),
        }

    def _row(self, sku: Sku, available: int) -> Row:
        units = self.form.units_of(sku)
        typed = str(units.value() or "")
        is_short = typed.isdecimal() and int(typed[:12]) > available
        return Row(sku, units, available, is_short)

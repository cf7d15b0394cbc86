"""Restock requests as the store sees them: ask, and follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.forms import BoundField
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from backoffice.lib.lists import turn_to_page
from inventory.actions.restock import ask_restock
from inventory.actions.stock import SkuId
from inventory.errors import KeyReused
from inventory.filters.restock import StoreRestockFilter
from inventory.forms.restock import AskRestockForm, ids_from, key_or_new, units_name
from inventory.models import Barcode, RestockRequest, Sku
from inventory.models.restock import RestockRequestQuerySet
from inventory.queries.restock import LineToAsk, lines_to_ask, low_skus
from inventory.tables.restock import StoreRestockTable
from inventory.views.restock import WITH_PEOPLE, is_unchanged
from stores.models import Location, Role
from stores.rights import StaffRequest, holds_now, staff_at

MOST_FOUND = 8
MOST_LINES = 200


@require_GET
@staff_at()
def store_restock(request: StaffRequest) -> HttpResponse:
    """What this store has asked for."""
    mine = _requests_of(request).prefetch_related("lines__sku__product")
    filterset = StoreRestockFilter(request.GET, queryset=mine)
    table = StoreRestockTable(filterset.qs)
    turn_to_page(request, table)
    context = {"filter": filterset, "table": table, "asks": _may_ask(request)}
    return render_page(request, "inventory/store_restock.html", context, parts=("restock-table",))


@require_GET
@staff_at()
def store_restock_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One request of this store; the page follows it by itself."""
    restock = get_object_or_404(_requests_of(request), pk=pk)
    if is_unchanged(request, restock):
        return HttpResponse(status=204)
    lines = list(restock.lines.select_related("sku__product", "share"))
    context = {
        "restock": restock,
        "lines": lines,
        "products": {line.sku_id: line.sku for line in lines},
        "events": restock.events.select_related("by"),
        "asks": _may_ask(request),
    }
    return render_page(
        request, "inventory/store_restock_detail.html", context, parts=("restock-request",)
    )


@require_http_methods(["GET", "POST"])
@staff_at(Role.CLERK, writing=True)
def restock_new(request: StaffRequest) -> HttpResponse:
    """Ask for several SKUs: each button but the last changes the draft, and nothing else."""
    store = _store(request)
    draft = Draft(store, request.POST if request.method == "POST" else request.GET)
    if draft.warehouse is None:
        return render_page(request, "inventory/restock_new.html", {"store": store})
    draft.edit(request.POST.get("do", "low" if "low" in request.GET else ""))
    draft.look_up()
    form = draft.form(is_asked=request.POST.get("do") == "ask")
    if form.is_bound and form.is_valid():
        try:
            restock = _ask(request, form)
        except DomainError as error:
            form.add_error(None, str(error))
            if isinstance(error, KeyReused):
                form.renew_key()
        else:
            messages.success(request, _("%(request)s sent.") % {"request": restock})
            return redirect("inventory:store_restock_detail", store.code, restock.pk)
    return render_page(
        request,
        "inventory/restock_new.html",
        draft.context(form),
        parts=("restock-draft", "restock-found"),
        status=422 if form.is_bound else 200,
    )


@dataclass(frozen=True)
class Row:
    line: LineToAsk
    units: BoundField


class Draft:
    """A request that is being written: everything typed so far travels with each click."""

    def __init__(self, store: Location, sent: QueryDict) -> None:
        self.store, self.sent = store, sent
        self.warehouses = Location.objects.warehouses().active()
        places = list(self.warehouses)
        chosen = [place for place in places if str(place.pk) == sent.get("warehouse")]
        self.warehouse = next(iter(chosen or places), None)
        self.sku_ids: list[SkuId] = []
        self.left_out = 0
        self._add(ids_from(sent.getlist("sku")))
        self.units = {
            pk: str(sent[units_name(pk)]) for pk in self.sku_ids if units_name(pk) in sent
        }
        typed = str(sent.get("q", ""))[:100]
        self.words = "".join(char for char in typed if char.isprintable())
        self.known: dict[SkuId, LineToAsk] = {}

    @cached_property
    def low_skus(self) -> list[Sku]:
        return low_skus(self.store)

    def edit(self, what: str) -> None:
        """Do what a button of the form says: find, low, add-12, remove-12."""
        verb, _dash, text = what.partition("-")
        if verb == "low":
            self._add([line.sku.pk for line in self._lines(self.low_skus) if line.need])
        elif verb == "add":
            self._add(ids_from([text]))
        elif verb == "remove":
            self.sku_ids = [pk for pk in self.sku_ids if str(pk) != text]
        elif verb == "find" and self.words:
            self._scan()
        if verb in {"low", "add"}:
            self.words = ""

    def _add(self, sku_ids: Sequence[SkuId]) -> None:
        together = list(dict.fromkeys([*self.sku_ids, *sku_ids]))
        self.sku_ids = together[:MOST_LINES]
        self.left_out += len(together) - len(self.sku_ids)

    def _scan(self) -> None:
        """A scanned code adds its SKU; the next scan of it adds the units that one scan counts."""
        sku = Sku.objects.active().scanned(self.words).first()
        if sku is None:
            return
        if self.units.get(sku.pk, "").strip().isdecimal():
            scanned = Barcode.objects.filter(sku=sku, code=self.words.strip()).first()
            step = scanned.units if scanned else sku.pack_size
            self.units[sku.pk] = str(int(self.units[sku.pk][:12]) + step)
        self._add([sku.pk])
        self.words = ""

    def look_up(self) -> None:
        """Read what there is to know of every SKU on the page, once."""
        on_sale = Sku.objects.active().select_related("product")
        chosen = on_sale.in_bulk(self.sku_ids)
        self.skus = [chosen[pk] for pk in self.sku_ids if pk in chosen]
        self.missing = len(self.sku_ids) - len(self.skus)
        found = list(on_sale.search(self.words).exclude(pk__in=self.sku_ids)[:MOST_FOUND])
        self._lines([*self.skus, *self.low_skus, *found])
        self.found = self._lines(found)

    def _lines(self, skus: Sequence[Sku]) -> list[LineToAsk]:
        assert self.warehouse is not None
        if unknown := [sku for sku in skus if sku.pk not in self.known]:
            self.known |= lines_to_ask(self.store, self.warehouse, unknown)
        return [self.known[sku.pk] for sku in skus]

    def form(self, *, is_asked: bool) -> AskRestockForm:
        """The form as it stands: bound only by the button that sends the request."""
        fields: dict[str, Any] = {
            "skus": self.skus,
            "warehouses": self.warehouses,
            "missing": self.missing,
        }
        if is_asked:
            return AskRestockForm(self.sent, **fields)
        assert self.warehouse is not None
        initial = {
            "key": key_or_new(self.sent.get("key", "")),
            "warehouse": self.warehouse.pk,
            "note": self.sent.get("note", ""),
        }
        for line in self._lines(self.skus):
            pk = line.sku.pk
            initial[units_name(pk)] = self.units.get(pk, str(line.suggested))
        return AskRestockForm(initial=initial, **fields)

    def context(self, form: AskRestockForm) -> dict[str, Any]:
        low = [line for line in self._lines(self.low_skus) if line.need]
        return {
            "form": form,
            "rows": [Row(line, form.units_of(line.sku.pk)) for line in self._lines(self.skus)],
            "store": self.store,
            "warehouse": self.warehouse,
            "choose_warehouse": len(self.warehouses) > 1,
            "words": self.words,
            "found": self.found,
            "low": [line for line in low if line.sku.pk not in self.sku_ids],
            "missing": self.missing,
            "left_out": self.left_out,
            "most_lines": MOST_LINES,
            "changed": bool(self.sent.get("key")),
        }


def _ask(request: StaffRequest, form: AskRestockForm) -> RestockRequest:
    return ask_restock(
        form.cleaned_data["key"],
        store=request.location,
        warehouse=form.cleaned_data["warehouse"],
        wanted=form.wanted(),
        note=form.cleaned_data["note"],
        by=request.user,
    )


def _store(request: StaffRequest) -> Location:
    """The store of the address; a logistics centre asks nobody."""
    if request.location.kind != Location.Kind.STORE:
        raise Http404
    return request.location


def _requests_of(request: StaffRequest) -> RestockRequestQuerySet:
    return RestockRequest.objects.filter(store=_store(request)).select_related(*WITH_PEOPLE)


def _may_ask(request: StaffRequest) -> bool:
    return holds_now(request.user, Role.CLERK, at=request.location)

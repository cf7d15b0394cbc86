"""Putting stock right by hand: each button but the last changes the draft, and nothing else."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from inventory.actions.adjustments import adjust_stock
from inventory.errors import KeyUsedBefore
from inventory.forms.restock import ids_from, key_or_new, units_name
from inventory.forms.stock import AdjustmentForm
from inventory.models import Barcode, Sku, StockAdjustment, StockLevel
from inventory.views.stock import require_adjusting
from stores.models import Role
from stores.rights import StaffRequest, staff_at

MOST_LINES = 200
MOST_FOUND = 8


@require_http_methods(["GET", "POST"])
@staff_at(Role.MANAGER, Role.LOGISTICS, writing=True)
def adjustment_new(request: StaffRequest) -> HttpResponse:
    """Receive from a supplier, or write off, several SKUs at once with a reason."""
    require_adjusting(request)
    draft = Draft(request.POST if request.method == "POST" else request.GET)
    form = draft.form()
    if form.is_bound and form.is_valid():
        try:
            adjustment = _adjust(request, form)
        except DomainError as error:
            form.add_error(None, str(error))
            if isinstance(error, KeyUsedBefore):
                form.renew_key()
        else:
            messages.success(request, _("%(adjustment)s is done.") % {"adjustment": adjustment})
            return redirect("inventory:adjustment_detail", request.location.code, adjustment.pk)
    levels = StockLevel.objects.at(request.location).filter(sku__in=draft.skus)
    context = {
        "place": request.location,
        "form": form,
        "draft": draft,
        "levels": {level.sku_id: level for level in levels},
    }
    return render_page(
        request,
        "inventory/adjustment_new.html",
        context,
        parts=("adjustment-draft",),
        status=422 if form.is_bound else 200,
    )


@require_GET
@staff_at()
def adjustment_detail(request: StaffRequest, pk: int) -> HttpResponse:
    here = StockAdjustment.objects.filter(location=request.location).select_related("by")
    adjustment = get_object_or_404(here, pk=pk)
    context = {
        "place": request.location,
        "adjustment": adjustment,
        "adds": adjustment.reason in StockAdjustment.ADDS,
        "lines": adjustment.lines.select_related("sku__product").order_by("pk"),
    }
    return render_page(request, "inventory/adjustment_detail.html", context)


def _adjust(request: StaffRequest, form: AdjustmentForm) -> StockAdjustment:
    return adjust_stock(
        request.location,
        form.quantities(),
        key=form.cleaned_data["key"],
        reason=StockAdjustment.Reason(form.cleaned_data["reason"]),
        note=form.cleaned_data["note"],
        by=request.user,
    )


class Draft:
    """An adjustment that is being written: all that was typed travels with each click."""

    def __init__(self, sent: QueryDict) -> None:
        self.sent = sent
        self.sku_ids = ids_from(sent.getlist("sku"))[:MOST_LINES]
        self.units = {
            pk: str(sent[units_name(pk)]) for pk in self.sku_ids if units_name(pk) in sent
        }
        typed = str(sent.get("q", ""))[:100]
        self.words = "".join(char for char in typed if char.isprintable()).strip()
        self.found: list[Sku] = []
        self.unknown = False
        self._do(sent.get("do", ""))
        self.skus = self._chosen(self.sku_ids)
        self.missing = len(self.sku_ids) - len(self.skus)

    def form(self) -> AdjustmentForm:
        """Bound only by the button that moves stock."""
        if self.sent.get("do") == "adjust":
            return AdjustmentForm(self.sent, skus=self.skus, missing=self.missing)
        initial: dict[str, Any] = {
            "key": key_or_new(self.sent.get("key", "")),
            "reason": self.sent.get("reason", ""),
            "note": self.sent.get("note", ""),
        }
        units = {units_name(pk): units for pk, units in self.units.items()}
        return AdjustmentForm(initial=initial | units, skus=self.skus)

    def _do(self, what: str) -> None:
        verb, _dash, text = what.partition("-")
        if verb == "find" and self.words:
            self._find()
        elif verb == "add":
            self._add(ids_from([text]))
        elif verb == "remove":
            self.sku_ids = [pk for pk in self.sku_ids if str(pk) != text]

    def _find(self) -> None:
        """A scan or an exact code adds its SKU, and counts it again; words offer what they match."""
        sku = Sku.objects.scanned(self.words).first()
        if sku is None:
            skus = Sku.objects.search(self.words).exclude(pk__in=self.sku_ids)
            self.found = list(skus.select_related("product")[:MOST_FOUND])
            self.unknown = not self.found
            return
        barcode = Barcode.objects.filter(sku=sku, code=self.words).first()
        counted = self.units.get(sku.pk, "0").strip()
        if counted.isdecimal():
            self.units[sku.pk] = str(int(counted[:12]) + (barcode.units if barcode else 1))
        self._add([sku.pk])

    def _add(self, sku_ids: Sequence[int]) -> None:
        self.sku_ids = list(dict.fromkeys([*self.sku_ids, *sku_ids]))[:MOST_LINES]
        self.words = ""

    def _chosen(self, sku_ids: Sequence[int]) -> list[Sku]:
        found = Sku.objects.select_related("product").in_bulk(list(sku_ids))
        return [found[pk] for pk in sku_ids if pk in found]

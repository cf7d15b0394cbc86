"""Goods are counted in where they arrive: by scan, by buttons, by typing."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from inventory.actions.counting import (
    count_more,
    count_scan,
    drop_count,
    receive_counted,
    receive_everything,
    state_counts,
)
from inventory.actions.transfer import RECEIVERS
from inventory.forms.restock import ids_from, key_or_new
from inventory.forms.transfers import CountForm
from inventory.models import Transfer, TransferCount, TransferCountLine, TransferLine
from inventory.queries.transfers import WITH_PLACES, number_of, told_to
from stores.models import Location
from stores.rights import StaffRequest, staff_at

ENDS = {"receive": receive_counted, "everything": receive_everything}


@dataclass(frozen=True)
class Row:
    """A line as it is counted: `left` is what is still missing, below 0 what is too much."""

    line: TransferLine
    count: BoundField
    reject: BoundField
    reason: BoundField
    was: str
    left: int
    is_touched: bool


@require_http_methods(["GET", "POST"])
@staff_at(*RECEIVERS, writing=True)
def transfer_receive(request: StaffRequest, pk: int) -> HttpResponse:
    """Count what arrives here: each button but the last two changes the count, and moves nothing."""
    here = told_to(Location.objects.filter(pk=request.location.pk))
    arriving = here.filter(destination=request.location).select_related(*WITH_PLACES)
    arrival = Arrival(get_object_or_404(arriving, pk=pk), request)
    do = request.POST.get("do", "")
    if request.method == "POST" and do in ENDS:
        if arrival.take(do) or not arrival.transfer.is_on_the_road:
            return redirect("inventory:store_transfer", request.location.code, pk)
    elif not arrival.transfer.is_on_the_road:
        return redirect("inventory:store_transfer", request.location.code, pk)
    elif request.method == "POST":
        arrival.step(do)
    return render_page(
        request,
        "inventory/transfer_receive.html",
        arrival.context(),
        parts=("arrival",),
        status=422 if arrival.error or arrival.form.errors else 200,
    )


class Arrival:
    """One transfer while it is counted in; the count itself is kept in the database."""

    def __init__(self, transfer: Transfer, request: StaffRequest) -> None:
        self.transfer, self.request = transfer, request
        self.words = "".join(c for c in request.POST.get("q", "")[:100] if c.isprintable()).strip()
        self.error, self.touched, self.other = "", 0, 0
        self._read(bound=request.method == "POST")

    def _read(self, *, bound: bool) -> None:
        lines = self.transfer.lines.select_related("sku__product").order_by("pk")
        self.lines = [line for line in lines if line.in_transit]
        found = TransferCountLine.objects.filter(count__transfer=self.transfer)
        self.counted = {one.line_id: one for one in found}
        typed = self.request.POST if bound else None
        initial = {"note": self.request.POST.get("note", "")}
        self.form = CountForm(typed, initial=initial, lines=self.lines, counted=self.counted)

    def step(self, do: str) -> None:
        """Write what was typed, and what a scan or a button adds."""
        if not self.form.is_valid():
            return
        try:
            self._write(do)
        except DomainError as error:
            self.error = str(error)
            self.other = number_of(self.words, whole=True) or 0
        else:
            self.words = ""
        self._read(bound=False)

    def _write(self, do: str) -> None:
        verb, _dash, text = do.partition("-")
        who: dict[str, Any] = {"by": self.request.user}
        if typed := self.form.typed():
            state_counts(self.transfer.pk, typed, **who)
            self.touched = next(iter(typed))
        once = who | {"step": key_or_new(self.request.POST.get("step", ""))}
        if verb == "find" and self.words:
            self.touched = count_scan(self.transfer.pk, self.words, **once).sku_id
        elif verb in {"plus", "minus"}:
            [self.touched] = ids_from([text])
            units = 1 if verb == "plus" else -1
            count_more(self.transfer.pk, self.touched, units=units, **once)
        elif verb == "clear":
            drop_count(self.transfer.pk, **who)

    def take(self, do: str) -> bool:
        """Receive what was counted, or everything; whether it was done."""
        key = key_or_new(self.request.POST.get("key", ""))
        if not self.form.is_valid():
            return False
        said: dict[str, Any] = {"typed": self.form.typed(), "note": self.form.cleaned_data["note"]}
        try:
            ENDS[do](self.transfer.pk, key=key, by=self.request.user, **said)
        except DomainError as error:
            self.error = str(error)
            return False
        self.transfer.refresh_from_db()
        messages.success(self.request, self._said())
        return True

    def _said(self) -> str:
        left = sum(line.in_transit for line in self.transfer.lines.all())
        if not left:
            return _("%(transfer)s is received.") % {"transfer": self.transfer}
        return ngettext(
            "Received. %(left)s unit of %(transfer)s is still in transit.",
            "Received. %(left)s units of %(transfer)s are still in transit.",
            left,
        ) % {"left": left, "transfer": self.transfer}

    def context(self) -> dict[str, Any]:
        count = TransferCount.objects.filter(transfer=self.transfer).first()
        rows = [self._row(line) for line in self.lines]
        return {
            "transfer": self.transfer,
            "place": self.request.location,
            "form": self.form,
            "rows": rows,
            "key": count.key if count else uuid4(),
            "step": uuid4(),
            "is_begun": any(_units(one) for one in self.counted.values()),
            "expected": sum(line.in_transit for line in self.lines),
            "counted": sum(_units(one) for one in self.counted.values()),
            "error": self.error,
            "words": self.words,
            "other": self._other(),
        }

    def _row(self, line: TransferLine) -> Row:
        one = self.counted.get(line.pk)
        left = line.in_transit - (_units(one) if one else 0)
        fields = self.form.fields_of(line.sku_id)
        touched = line.sku_id == self.touched
        return Row(line, *fields, self.form.was(line.sku_id), left, touched)

    def _other(self) -> Transfer | None:
        """Another transfer, whose own barcode was scanned here."""
        here = told_to(Location.objects.filter(pk=self.request.location.pk))
        return here.filter(pk=self.other).first() if self.other else None


def _units(one: TransferCountLine) -> int:
    return one.received + one.rejected

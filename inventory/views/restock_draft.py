"""The draft of a restock request: each button changes it, the last one sends it."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from inventory.actions.restock_asking import ask_draft
from inventory.actions.restock_draft import (
    MOST_LINES,
    Added,
    add_to_draft,
    change_draft,
    empty_draft,
    remove_from_draft,
    scan_into_draft,
)
from inventory.actions.restock_templates import save_template
from inventory.actions.stock import Quantity, SkuId
from inventory.errors import EmptyRequest, NotOnSale
from inventory.forms.restock import ids_from
from inventory.forms.restock_draft import UNITS, DraftForm, TemplateForm
from inventory.models import Barcode, RestockTemplate, Sku
from inventory.queries.restock_draft import DraftPage, asked_warehouse, proposals
from inventory.views.store_restock import own_store
from stores.models import Location, Role
from stores.rights import StaffRequest, staff_at

PAGE = "inventory/restock_new.html"
PARTS = ("restock-draft", "restock-found", "restock-sum")


@require_http_methods(["GET", "POST"])
@staff_at(Role.CLERK, writing=True)
def restock_new(request: StaffRequest) -> HttpResponse:
    """Write the draft of this store, together with its other people, and send it."""
    store = own_store(request)
    warehouse = asked_warehouse(store, request.GET.get("of", ""))
    if warehouse is None:
        return render_page(request, PAGE, {"store": store})
    desk = Desk(request, store, warehouse)
    if request.method == "POST":
        return desk.act()
    return desk.show()


def draft_address(store: Location, warehouse: Location) -> str:
    address = reverse("inventory:restock_new", args=[store.code])
    return f"{address}?{urlencode({'of': warehouse.code})}"


def told_added(added: Added) -> str:
    """What became of lines that were added at once, in words."""
    told = [
        ngettext(
            "%(count)s product added to the draft.",
            "%(count)s products added to the draft.",
            added.added,
        )
        % {"count": added.added}
    ]
    if added.there:
        told.append(
            ngettext(
                "%(count)s product stood there already.",
                "%(count)s products stood there already.",
                added.there,
            )
            % {"count": added.there}
        )
    if added.left_out:
        told.append(
            ngettext(
                "%(count)s product was left out: one request holds at most %(most)s.",
                "%(count)s products were left out: one request holds at most %(most)s.",
                added.left_out,
            )
            % {"count": added.left_out, "most": MOST_LINES}
        )
    return " ".join(told)


def _gone(count: int) -> str:
    return ngettext(
        "%(count)s product is no longer on sale; it was left out.",
        "%(count)s products are no longer on sale; they were left out.",
        count,
    ) % {"count": count}


class Desk:
    """One visit to the draft: what was typed, what it changed, and what is to be said."""

    def __init__(self, request: StaffRequest, store: Location, warehouse: Location) -> None:
        self.request, self.store, self.warehouse = request, store, warehouse
        self.form = DraftForm(request.POST)
        sent = request.POST if request.method == "POST" else request.GET
        self.words = "".join(c for c in str(sent.get("q", ""))[:100] if c.isprintable())
        self.chosen = ids_from(request.GET.getlist("sku"))
        self.notice = self.error = ""
        self.saved: Mapping[SkuId, Quantity] = {}

    @cached_property
    def is_htmx(self) -> bool:
        return self.request.headers.get("HX-Request") == "true"

    def act(self) -> HttpResponse:
        """Do what a button of the page says: find, add-12, remove-12, ask."""
        verb, _dash, text = self.request.POST.get("do", "save").partition("-")
        try:
            answer = VERBS.get(verb, Desk.save)(self, text)
        except DomainError as error:
            self.error, answer = str(error), None
        if answer:
            return answer
        if self.is_htmx or self.error or self.form.wrong():
            return self.show(refused=bool(self.error) or verb == "ask")
        if self.notice:
            messages.success(self.request, self.notice)
        return self._again(q=self.words) if self.words else self._again()

    def show(self, *, refused: bool = False) -> HttpResponse:
        page = DraftPage(
            self.store,
            self.warehouse,
            words=self.words,
            chosen=self.chosen,
            wrong=self.form.wrong() if self.form.is_bound else None,
        )
        context = {
            "store": self.store,
            "warehouse": self.warehouse,
            "page": page,
            "address": draft_address(self.store, self.warehouse),
            "notice": self.notice,
            "error": self.error,
            "note": self.request.POST.get("note") if refused else None,
            "saved": self.saved,
            "is_sum": self.request.headers.get("HX-Target") == "restock-sum",
        }
        return render_page(self.request, PAGE, context, parts=PARTS, status=422 if refused else 200)

    def save(self, _text: str = "") -> None:
        """Write the changed units and the note; what is no number stays on the page."""
        self.saved, note = self.form.changed(), self.form.new_note()
        key = self.form.cleaned_data.get("key")
        if key and (self.saved or note is not None):
            change_draft(key, self.saved, store=self.store, note=note)

    def find(self, _text: str) -> None:
        """A scanned code adds its SKU; the next scan of it adds the units that one scan counts."""
        self.save()
        sku = Sku.objects.active().scanned(self.words).select_related("product").first()
        if sku is None:
            return
        barcode = Barcode.objects.filter(sku=sku, code=self.words.strip()).first()
        proposal = proposals(self.store, self.warehouse, [sku])[sku.pk]
        line = scan_into_draft(
            self.store,
            self.warehouse,
            sku.pk,
            units=barcode.units if barcode else sku.pack_size,
            first=proposal.units,
            suggested=proposal.suggested,
            by=self.request.user,
        )
        self.words = ""
        self.notice = _("%(product)s: %(units)s in the draft.") % {
            "product": sku,
            "units": line.asked,
        }

    def add(self, text: str) -> None:
        self._add(ids_from([text]))

    def take(self, _text: str) -> None:
        """Add what was ticked elsewhere, such as in the list of the stock."""
        if ticked := ids_from(self.request.POST.getlist("sku")):
            self._add(ticked)
        self.chosen = []

    def suggested(self, _text: str) -> None:
        """Add all that is suggested, what loses most sales first."""
        self.save()
        page = DraftPage(self.store, self.warehouse)
        units = {one.sku_id: one.units for one in page.standing[:MOST_LINES]}
        added = add_to_draft(
            self.store, self.warehouse, units, suggested=units, by=self.request.user
        )
        self.notice = told_added(added)

    def use(self, text: str) -> None:
        """Add what a template of this store lists."""
        self.save()
        mine = RestockTemplate.objects.filter(store=self.store)
        template = get_object_or_404(mine, pk=ids_from([text])[0])
        lines = template.lines.filter(sku__is_active=True, sku__product__is_active=True)
        units = dict(lines.values_list("sku_id", "units"))
        added = add_to_draft(self.store, self.warehouse, units, by=self.request.user)
        self.notice = told_added(added)

    def remove(self, text: str) -> None:
        self.save()
        if key := self.form.cleaned_data.get("key"):
            remove_from_draft(key, ids_from([text])[0], store=self.store)
            self.form.errors.pop(f"{UNITS}{text}", None)

    def empty(self, _text: str) -> None:
        self.form.is_valid()
        if key := self.form.cleaned_data.get("key"):
            empty_draft(key, store=self.store)
        self.form = DraftForm(self.request.GET)

    def template(self, _text: str) -> None:
        """Keep the draft under a name."""
        self.save()
        draft = DraftPage(self.store, self.warehouse).draft
        named = TemplateForm(self.request.POST)
        if draft is None:
            raise EmptyRequest
        if not named.is_valid():
            self.error = _("Name of the template: %(error)s") % {
                "error": " ".join(map(str, named.errors["name"]))
            }
            return
        template = save_template(draft, name=named.cleaned_data["name"], by=self.request.user)
        self.notice = _("Kept as “%(name)s”.") % {"name": template.name}

    def ask(self, text: str) -> HttpResponseRedirect | None:
        """Send the draft, if everything on it can be read."""
        changed, note = self.form.changed(), self.form.new_note()
        if not self.form.is_valid():
            self.save()  # what can be read is kept
            self.error = " ".join(
                map(str, self.form.errors.get("note") or self.form.errors.get("key") or ())
            )
            return None
        key = self.form.cleaned_data["key"]
        if key is None:
            raise EmptyRequest
        asked = ask_draft(
            key,
            store=self.store,
            by=self.request.user,
            changed=changed,
            note=note,
            alone=text == "alone",
        )
        words = _("Added to %(request)s.") if asked.collected else _("%(request)s sent.")
        messages.success(self.request, words % {"request": asked.request})
        return redirect("inventory:store_restock_detail", self.store.code, asked.request.pk)

    def _add(self, sku_ids: Sequence[SkuId]) -> None:
        """Add SKUs with the units that are suggested; what is off sale is left out, and said."""
        self.save()
        skus = list(Sku.objects.active().filter(pk__in=sku_ids).select_related("product"))
        if not skus:
            raise NotOnSale(Sku.objects.filter(pk__in=sku_ids).select_related("product"))
        known = proposals(self.store, self.warehouse, skus)
        added = add_to_draft(
            self.store,
            self.warehouse,
            {pk: proposal.units for pk, proposal in known.items()},
            suggested={pk: one.suggestion.units for pk, one in known.items() if one.suggestion},
            by=self.request.user,
        )
        self.words = ""
        told = [told_added(added)] if len(sku_ids) > 1 or added.left_out else []
        if gone := len(sku_ids) - len(skus):
            told.append(_gone(gone))
        self.notice = " ".join(told)

    def _again(self, **words: str) -> HttpResponseRedirect:
        query = urlencode({"of": self.warehouse.code} | words)
        return HttpResponseRedirect(f"{self.request.path}?{query}")


VERBS: Mapping[str, Callable[[Desk, str], HttpResponse | None]] = {
    "save": Desk.save,
    "find": Desk.find,
    "add": Desk.add,
    "take": Desk.take,
    "suggested": Desk.suggested,
    "use": Desk.use,
    "remove": Desk.remove,
    "empty": Desk.empty,
    "template": Desk.template,
    "ask": Desk.ask,
}

"""One search over everything that a person on the staff may see: one query for each kind of thing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.lib.text import normal
from inventory.models import RestockRequest, Transfer
from inventory.queries.search import requests_found, skus_found
from inventory.queries.transfers import TransferPages, number_of, transfers_found
from sales.models import Sale
from sales.queries import receipts_found
from shop.models import Order
from stores.models import Location, Role, User
from stores.queries import people_called
from stores.rights import holds_at, holds_company_wide, locations_of

SHOWN = 8  # of each kind


@dataclass(frozen=True)
class Hit:
    """A thing that was found: its page, and what tells it from others."""

    name: str
    url: str
    code: str = ""
    note: str = ""
    amount: Decimal | None = None


@dataclass(frozen=True)
class Group:
    """What was found of one kind; `more` leads to the list where there is more of it."""

    label: str
    icon: str
    hits: Sequence[Hit]
    more: str = ""


class Search:
    """What a person finds, standing at head office or at one place."""

    def __init__(self, text: str, reader: User, place: Location | None) -> None:
        self.text = normal(text)
        self.reader = reader
        self.place = place

    def groups(self) -> list[Group]:
        """The kinds of which something was found."""
        if not self.text:
            return []
        numbered = [self.receipts(), self.orders(), self.requests(), self.transfers()]
        found = [self.skus(), *numbered, self.places(), self.people()]
        return [group for group in found if group.hits]

    def scanned(self) -> str:
        """The page that the barcode of a paper names, such as `T-104`; empty if there is none."""
        if number_of(self.text, whole=True) is None:
            return ""
        transfer = self._transfers().first()
        return self._pages().detail(transfer) if transfer else ""

    def skus(self) -> Group:
        places = locations_of(self.reader, reading=True)
        if self.place:
            places = places.filter(pk=self.place.pk)
        more = self._list("inventory:product_list", "inventory:store_stock")
        return _group(_("Products"), "package", skus_found(self.text, places), self._sku, more)

    def receipts(self) -> Group:
        seen = locations_of(self.reader, Role.CLERK, reading=True)
        more = self._list("sales:sale_list", "sales:store_sales")
        return _group(_("Receipts"), "receipt", receipts_found(self.text, seen), _receipt, more)

    def orders(self) -> Group:
        seen = locations_of(self.reader, Role.CLERK, Role.LOGISTICS, reading=True)
        orders = Order.objects.within(seen).search(self.text)
        found = orders.select_related("location", "customer__user").order_by("-pk")
        more = self._list("shop:order_list", "shop:store_orders")
        return _group(_("Online orders"), "shopping-bag", found, _order, more)

    def requests(self) -> Group:
        found = requests_found(
            self.text,
            stores=locations_of(self.reader, reading=True),
            warehouses=locations_of(self.reader, Role.LOGISTICS, reading=True),
        )
        return _group(_("Restock requests"), "truck-delivery", found, self._request)

    def transfers(self) -> Group:
        return _group(_("Transfers"), "transfer", self._transfers(), self._transfer)

    def places(self) -> Group:
        found = locations_of(self.reader, reading=True).search(self.text).order_by("name")
        return _group(_("Stores and logistics centres"), "building-store", found, _place)

    def people(self) -> Group:
        found = User.objects.none()
        if holds_company_wide(self.reader, Role.HEAD_OFFICE, reading=True):
            found = people_called(User.objects.order_by("name", "email"), self.text)
        more = reverse("stores:people_list") + "?" + urlencode({"q": self.text, "who": "all"})
        return _group(_("People"), "users", found, _person, more)

    def _transfers(self) -> QuerySet[Transfer]:
        return transfers_found(self.text, locations_of(self.reader, reading=True))

    def _pages(self) -> TransferPages:
        return TransferPages(self.reader, self.place)

    def _list(self, at_office: str, at_a_place: str) -> str:
        """The list of the face that is open, searched for the same."""
        address = reverse(at_a_place, args=[self.place.code]) if self.place else reverse(at_office)
        return f"{address}?{urlencode({'q': self.text})}"

    def _sku(self, sku: Any) -> Hit:
        url = reverse("inventory:product_detail", args=[sku.product_id])
        if self.place:
            url = reverse("inventory:stock_movements", args=[self.place.code, sku.pk])
        units = sku.available_here
        note = ngettext("%(units)s available", "%(units)s available", units) % {"units": units}
        return Hit(sku.full_name, url, sku.code, note, sku.price)

    def _request(self, request: RestockRequest) -> Hit:
        """Who decides it, and stands at head office, decides there; others follow it in its store."""
        decides = holds_at(self.reader, request.warehouse, Role.LOGISTICS, reading=True)
        url = reverse("inventory:restock_detail", args=[request.pk])
        if self.place or not decides:
            own = holds_at(self.reader, request.store, reading=True)
            if own:
                url = reverse(
                    "inventory:store_restock_detail", args=[request.store.code, request.pk]
                )
        return Hit(str(request), url, note=f"{request.store} · {request.get_state_display()}")

    def _transfer(self, transfer: Transfer) -> Hit:
        way = f"{transfer.source} → {transfer.destination} · {transfer.get_state_display()}"
        return Hit(str(transfer), self._pages().detail(transfer), note=way)


def _receipt(sale: Sale) -> Hit:
    url = reverse("sales:receipt", args=[sale.location.code, sale.pk])
    return Hit(sale.receipt_number, url, note=str(sale.location), amount=sale.total)


def _order(order: Order) -> Hit:
    url = reverse("shop:store_order", args=[order.location.code, order.number])
    note = f"{order.customer} · {order.get_state_display()}"
    return Hit(order.number, url, note=note, amount=order.total)


def _place(place: Location) -> Hit:
    url = reverse("backoffice:store_home", args=[place.code])
    return Hit(place.name, url, place.code, place.city)


def _person(person: User) -> Hit:
    return Hit(str(person), reverse("stores:person_edit", args=[person.pk]), note=person.email)


def _group(
    label: str, icon: str, found: QuerySet[Any], hit: Callable[[Any], Hit], more: str = ""
) -> Group:
    rows = list(found[: SHOWN + 1])
    hits = [hit(row) for row in rows[:SHOWN]]
    return Group(label, icon, hits, more if len(rows) > SHOWN else "")

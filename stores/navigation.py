"""The navigation of each face: what stands in it, and who sees which entry.

Entries name URLs of the layers above by name only; an entry without roles is for everybody on the staff.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from backoffice.lib.text import Words
from stores.admission import holders
from stores.models import Location, Role


@dataclass(frozen=True)
class Item:
    """A line of the table below; `read` says that an auditor may open it, `also` where else its
    pages are, `alone` that there are none under it, `company_wide` that it asks for a role held in
    the whole company."""

    name: str
    label: Words
    icon: str
    roles: tuple[Role, ...] = ()
    read: bool = True
    also: tuple[str, ...] = ()
    alone: bool = False
    company_wide: bool = False

    def admits(self, held: Collection[str]) -> bool:
        wanted = holders(*self.roles, reading=self.read)
        return not wanted.isdisjoint(held)


@dataclass(frozen=True)
class Entry:
    label: Words
    icon: str
    url: str
    current: bool


@dataclass(frozen=True)
class Section:
    label: Words
    entries: list[Entry]


HEAD_OFFICE: dict[Words, tuple[Item, ...]] = {
    "": (
        Item(
            "backoffice:dashboard",
            _("Overview"),
            "layout-dashboard",
            (Role.HEAD_OFFICE,),
            alone=True,
        ),
        Item(
            "backoffice:report_list",
            _("Reports"),
            "report-analytics",
            (Role.HEAD_OFFICE, Role.LOGISTICS),
            also=("/reports/",),
            company_wide=True,
        ),
    ),
    _("Goods"): (
        Item(
            "inventory:product_list",
            _("Products"),
            "package",
            (Role.HEAD_OFFICE,),
            also=("/head-office/skus/", "/head-office/categories/"),
        ),
        Item("inventory:stock_overview", _("Stock"), "building-warehouse", (Role.LOGISTICS,)),
        Item("inventory:restock_list", _("Restock"), "truck-delivery", (Role.LOGISTICS,)),
        Item("inventory:transfer_list", _("Transfers"), "transfer", (Role.LOGISTICS,)),
        Item("inventory:surplus_list", _("Surplus"), "stack-push", (Role.LOGISTICS,)),
        Item("inventory:policy_list", _("Policies"), "adjustments", (Role.LOGISTICS,)),
        Item("inventory:movement_list", _("Movements"), "arrows-exchange", (Role.LOGISTICS,)),
        Item("inventory:alert_list", _("Alerts"), "bell", (Role.LOGISTICS,)),
    ),
    _("Sales"): (
        Item("shop:order_list", _("Orders"), "shopping-bag", (Role.LOGISTICS,)),
        Item("sales:sale_list", _("Receipts"), "receipt", (Role.HEAD_OFFICE,)),
    ),
    _("Company"): (
        Item("stores:location_list", _("Stores"), "building-store", (Role.HEAD_OFFICE,)),
        Item("stores:people_list", _("People"), "users", (Role.HEAD_OFFICE,)),
        Item("backoffice:mail_list", _("Mail"), "mail", (Role.HEAD_OFFICE,)),
        Item("backoffice:settings", _("Settings"), "settings", (Role.HEAD_OFFICE,)),
        Item("backoffice:rights", _("Rights"), "lock-access", (Role.HEAD_OFFICE,)),
        Item("backoffice:audit_list", _("Audit trail"), "history", (Role.HEAD_OFFICE,)),
    ),
}
STORE: dict[Words, tuple[Item, ...]] = {
    "": (
        Item("backoffice:store_home", _("Today"), "home", alone=True),
        Item("sales:sell", _("Sell"), "cash-register", (Role.CLERK,), read=False),
    ),
    _("Goods"): (
        Item("inventory:store_stock", _("Stock"), "package"),
        Item("inventory:store_restock", _("Restock"), "truck-delivery"),
        Item("inventory:store_transfers", _("Transfers"), "transfer"),
        Item("inventory:store_surplus", _("Surplus"), "stack-push", (Role.MANAGER, Role.LOGISTICS)),
        Item("inventory:store_alerts", _("Alerts"), "bell"),
    ),
    _("Sales"): (
        Item("shop:store_orders", _("Orders"), "shopping-bag"),
        Item("sales:store_sales", _("Receipts"), "receipt"),
        Item(
            "backoffice:store_reports",
            _("Reports"),
            "report-analytics",
            (Role.MANAGER, Role.LOGISTICS),
            also=("/reports/",),
        ),
    ),
    _("Store"): (Item("stores:store_people", _("People"), "users", (Role.MANAGER,)),),
}
NOT_AT_A_WAREHOUSE = {
    "inventory:store_restock",
    "inventory:store_surplus",
    "sales:sell",
    "sales:store_sales",
}


def url_or_none(name: str, *args: str) -> str | None:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return None


def navigation(
    request: HttpRequest,
    held: Collection[str],
    place: Location | None,
    *,
    company_wide: Collection[str] = (),
) -> list[Section]:
    """The sections of the face that is open, with what these roles may open; `company_wide` are those
    of them that are held in the whole company."""
    if place is None:
        wide = [item for items in HEAD_OFFICE.values() for item in items if item.company_wide]
        skip = {item.name for item in wide if not item.admits(company_wide)}
        return list(_sections(request, HEAD_OFFICE, held, (), skip=skip))
    absent = set() if place.kind == Location.Kind.STORE else NOT_AT_A_WAREHOUSE
    return list(_sections(request, STORE, held, (place.code,), skip=absent))


def _sections(
    request: HttpRequest,
    table: dict[Words, tuple[Item, ...]],
    held: Collection[str],
    args: tuple[str, ...],
    *,
    skip: Collection[str],
) -> Iterable[Section]:
    found = [
        (label, item, url)
        for label, items in table.items()
        for item in items
        if item.name not in skip and item.admits(held)
        if (url := url_or_none(item.name, *args))
    ]
    under = [
        (len(start), url)
        for _l, item, url in found
        for start in (url, *item.also)
        if request.path == start or (not item.alone and request.path.startswith(start))
    ]
    _length, open_url = max(under, default=(0, ""))
    for label in table:
        entries = [
            Entry(item.label, item.icon, url, url == open_url)
            for section, item, url in found
            if section is label
        ]
        if entries:
            yield Section(label, entries)

"""Who may open and send what, and where: worked out from what the views themselves enforce."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from backoffice.lib.text import Words
from backoffice.reports.definitions import REPORTS
from backoffice.rights.addresses import Address, all_addresses
from backoffice.rights.labels import AREAS, LABELS, MAILS, NOTES, REPORTS_AREA
from inventory.queries.notifications import TOLD_BY_CHOICE, TOLD_OF_ALERTS
from stores.admission import Policy, Scope
from stores.models import Membership, Role


class Reach(StrEnum):
    """How far a right goes."""

    NONE = "none"
    OWN = "own"  # account, orders, sessions
    PLACES = "places"  # those where the person works
    ALL = "all"


class Column(StrEnum):
    """Who is asked about: whoever isn't signed in, a customer, or a role as it is usually held."""

    VISITOR = "visitor"
    CUSTOMER = "customer"
    CLERK = "clerk"
    MANAGER = "manager"
    LOGISTICS = "logistics"
    HEAD_OFFICE = "head_office"
    AUDITOR = "auditor"
    ADMIN = "admin"


@dataclass(frozen=True)
class Cell:
    reads: Reach = Reach.NONE
    sends: Reach = Reach.NONE

    @property
    def reach(self) -> Reach:
        return self.reads if self.reads != Reach.NONE else self.sends


@dataclass(frozen=True)
class Row:
    name: str  # of the address, the report or the kind of mail
    label: Words
    path: str
    cells: Mapping[Column, Cell]
    note: Words = ""


@dataclass(frozen=True)
class Area:
    label: Words
    rows: list[Row]


def areas() -> list[Area]:
    """The whole table: the views by area, the reports, the mails."""
    addresses = [address for address in all_addresses() if address.name in LABELS]
    of_views = [
        Area(label, [row_of(a) for a in addresses if area_of(a) == start])
        for start, label in AREAS.items()
    ]
    return [*of_views, Area(REPORTS_AREA, list(_reports())), Area(MAILS["area"], list(_mails()))]


def area_of(address: Address) -> str:
    """The beginning of its path, or "" for the shop."""
    return next((start for start in AREAS if start and address.path.startswith(start)), "")


def row_of(address: Address) -> Row:
    cells = {column: cell_of(address.policy, address.methods, column) for column in Column}
    return Row(address.name, LABELS[address.name], address.path, cells, NOTES.get(address.name, ""))


def cell_of(policy: Policy, methods: Iterable[str], column: Column) -> Cell:
    """What this column may do with a view: read it, send its form."""
    return Cell(
        reads=_reach(policy, "GET", column) if "GET" in methods else Reach.NONE,
        sends=_reach(policy, "POST", column) if "POST" in methods else Reach.NONE,
    )


def _reach(policy: Policy, method: str, column: Column) -> Reach:
    if policy.scope == Scope.PUBLIC:
        return Reach.ALL
    if column == Column.VISITOR:
        return Reach.NONE
    if policy.scope in (Scope.CUSTOMER, Scope.SETTING_UP):
        return Reach.OWN
    if column == Column.CUSTOMER or not policy.admits(Role(column), method):
        return Reach.NONE
    if Role(column) in Membership.AT_A_STORE:
        return Reach.NONE if policy.company_wide else Reach.PLACES
    return Reach.ALL


def _reports() -> Iterable[Row]:
    for definition in REPORTS.values():
        policy = Policy(Scope.STAFF, definition.roles, asking=True)
        cells = {column: cell_of(policy, ["GET"], column) for column in Column}
        yield Row(f"report:{definition.name}", definition.title, "", cells)


def _mails() -> Iterable[Row]:
    told = {Column(role): Cell(_of_role(role)) for role in TOLD_OF_ALERTS}
    by_choice = {Column(role): Cell(Reach.ALL) for role in TOLD_BY_CHOICE}
    yield _mail("alerts", told | by_choice)
    yield _mail("missed", {Column(role): Cell(Reach.ALL) for role in TOLD_BY_CHOICE})
    yield _mail("request", {Column.LOGISTICS: Cell(Reach.ALL)} | by_choice)
    for name in ("report", "account"):
        everybody = [column for column in Column if column != Column.VISITOR]
        staff = [column for column in everybody if column != Column.CUSTOMER]
        yield _mail(name, dict.fromkeys(staff if name == "report" else everybody, Cell(Reach.OWN)))


def _of_role(role: Role) -> Reach:
    return Reach.PLACES if role in Membership.AT_A_STORE else Reach.ALL


def _mail(name: str, cells: Mapping[Column, Cell]) -> Row:
    whole = {column: cells.get(column, Cell()) for column in Column}
    return Row(f"mail:{name}", MAILS[name], "", whole, MAILS.get(f"{name} note", ""))

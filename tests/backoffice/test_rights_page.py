"""The page of rights: every view, report and mail, in words, made from the rules that views enforce.
That its cells are true is shown in tests/matrix, where every page is asked as everybody."""

import re

import pytest
from django.test import Client

from backoffice.reports.definitions import REPORTS
from backoffice.rights.labels import LABELS, NOTES
from backoffice.rights.matrix import Cell, Column, Reach, Row, areas
from inventory.queries.notifications import telling_memberships
from stores.models import Role
from tests.factories import make_membership, make_staff
from tests.matrix.addresses import all_addresses
from tests.matrix.cells import Answer, is_true
from tests.matrix.expected import ADJUSTS, MANAGED, OF_ONE_PERSON, STORES_ONLY

PAGE = "/head-office/rights/"
READS, SENDS = Cell(reads=Reach.ALL), Cell(sends=Reach.ALL)
pytestmark = pytest.mark.django_db


def row(name: str) -> Row:
    [found] = [row for area in areas() for row in area.rows if row.name == name]
    return found


def test_every_address_has_a_name_and_stands_on_the_page_once() -> None:
    named = [a.name for a in all_addresses() if not a.name.startswith("devmail:")]
    assert sorted(LABELS) == sorted(named)
    shown = [row.name for area in areas() for row in area.rows if ":" not in row.name[:7]]
    assert len(shown) == len(set(shown))
    assert set(named) <= {row.name for area in areas() for row in area.rows}


def test_what_asks_more_than_a_role_says_so() -> None:
    special = STORES_ONLY | ADJUSTS | set(MANAGED) | set(OF_ONE_PERSON)
    assert special | {"shop:store_order", "inventory:decision_link"} == set(NOTES)


def test_cells_are_those_that_the_product_wants() -> None:
    nobody, own = Cell(), Cell(reads=Reach.PLACES)
    assert list(row("stores:role_give").cells.values()) == [*[nobody] * 7, SENDS]
    assert list(row("stores:people_list").cells.values()) == [*[nobody] * 5, *[READS] * 3]
    stock = row("inventory:store_stock").cells
    assert [stock[column] for column in list(Column)[2:5]] == [own, own, READS]
    talk = row("inventory:store_restock_comments").cells
    assert (talk[Column.CLERK].sends, talk[Column.LOGISTICS]) == (Reach.PLACES, READS)
    assert talk[Column.AUDITOR] == READS
    sell = row("sales:sell").cells
    assert sell[Column.AUDITOR] == nobody
    assert row("shop:orders").cells[Column.CUSTOMER] == Cell(reads=Reach.OWN)


def test_every_report_stands_there_with_its_roles() -> None:
    for name, definition in REPORTS.items():
        cells = row(f"report:{name}").cells
        assert cells[Column.CLERK] == Cell()
        assert cells[Column.MANAGER].reads == (
            Reach.PLACES if Role.MANAGER in definition.roles else Reach.NONE
        )
        assert cells[Column.AUDITOR] == READS


def test_whom_alerts_are_mailed_to_is_what_the_page_says() -> None:
    cells = row("mail:alerts").cells
    for role in Role:
        member = make_membership(role)
        told = telling_memberships().filter(pk=member.pk).exists()
        assert (cells[Column(role)].reach != Reach.NONE) == told, role


def test_the_check_of_cells_sees_what_is_untrue() -> None:
    [address] = [a for a in all_addresses() if a.name == "inventory:store_stock"]
    at = [Answer(address, "GET", whose, True, "admitted") for whose in ("lyon", "paris")]
    assert is_true(row(address.name), Reach.ALL, at)
    assert not is_true(row(address.name), Reach.PLACES, at)
    assert not is_true(row(address.name), Reach.NONE, at[:1])
    assert not is_true(row(address.name), Reach.ALL, at[:1])


def text_of(client: Client, query: str = "") -> str:
    answer = client.get(f"{PAGE}{query}")
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_the_page_is_narrowed_by_role_and_by_words(client: Client) -> None:
    client.force_login(make_staff(Role.AUDITOR))
    whole = text_of(client)
    assert "Give a role" in whole
    assert "/stores/ &lt;code&gt; /stock/".replace(" ", "") in whole.replace(" ", "")
    clerk = text_of(client, "?role=clerk")
    assert "Give a role" not in clerk
    assert "Sell" in clerk
    assert "Give a role" in text_of(client, "?q=give+a+rol")
    assert "No page is called so." in text_of(client, "?q=nonsense")
    assert "Give a role" in text_of(client, "?role=nobody")


def test_head_office_auditors_and_administrators_read_it(client: Client) -> None:
    readers = set()
    for role in Role:
        client.force_login(make_staff(role))
        if client.get(PAGE).status_code == 200:
            readers.add(role)
    assert readers == {Role.HEAD_OFFICE, Role.AUDITOR, Role.ADMIN}

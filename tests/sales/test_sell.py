from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inventory.models import Barcode, Sku, StockLevel
from sales.models import Sale
from sales.ticket import quick_amounts
from stores.models import Company, Role, User
from tests.clients import signed_in
from tests.factories import make_level, make_sku, make_staff, make_store, make_warehouse

pytestmark = pytest.mark.django_db


class Till:
    """The sell page of a store, as its form is sent."""

    def __init__(self) -> None:
        self.store = make_store("lyon", name="Lyon")
        self.clerk = make_staff(Role.CLERK, self.store)
        self.client = signed_in(self.clerk)
        self.url = reverse("sales:sell", args=["lyon"])
        self.key = uuid4()
        self.mouse = make_sku(
            "MOUSE", name="Souris optique", price="25.50", barcode="3760000000017"
        )
        self.choc = make_sku("CHOC", name="Chocolat Noir 70 %", price="8.99")
        make_level(self.mouse, self.store, on_hand=10)
        make_level(self.choc, self.store, on_hand=3)

    def send(
        self, do: str, *rows: tuple[Sku | int, object], part: bool = False, **data: str
    ) -> HttpResponse:
        sent = {
            "do": do,
            "key": str(self.key),
            "sku": [str(getattr(sku, "pk", sku)) for sku, _quantity in rows],
            "quantity": [str(quantity) for _sku, quantity in rows],
        } | data
        headers = {"HX-Request": "true", "HX-Target": "ticket"} if part else {}
        return self.client.post(self.url, sent, headers=headers)


def rows(response: HttpResponse) -> list[tuple[str, str]]:
    return [(line.article.code, line.typed) for line in response.context["ticket"].lines]


def error(response: HttpResponse) -> str:
    return response.context["ticket"].error


@pytest.fixture
def till() -> Till:
    return Till()


def test_an_empty_till(till: Till) -> None:
    response = till.client.get(till.url)
    assert response.status_code == 200
    assert "Scan the first article" in response.content.decode()
    assert isinstance(response.context["ticket"].key, UUID)
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("text", ["3760000000017", " 3760000000017 ", "MOUSE", "mouse", "souris"])
def test_a_scan_puts_the_article_on_the_ticket(till: Till, text: str) -> None:
    response = till.send("scan", scan=text)
    assert response.status_code == 200
    assert rows(response) == [("MOUSE", "1")]
    assert response.context["ticket"].total == Decimal("25.50")


def test_a_scan_answers_with_the_part_alone(till: Till) -> None:
    response = till.send("scan", (till.choc, 1), part=True, scan="MOUSE")
    content = response.content.decode()
    assert content.strip().startswith('<div id="ticket"')
    assert "<html" not in content
    assert "€34.49" in content
    assert f'value="{till.key}"' in content


def test_a_second_scan_of_the_same_article_adds_to_its_line(till: Till) -> None:
    response = till.send("scan", (till.mouse, 2), (till.choc, 1), scan="MOUSE")
    assert rows(response) == [("MOUSE", "3"), ("CHOC", "1")]


def test_a_box_adds_its_units_and_a_factor_multiplies(till: Till) -> None:
    Barcode.objects.create(sku=till.mouse, code="BOX", units=6)
    assert rows(till.send("scan", (till.mouse, 1), scan="BOX")) == [("MOUSE", "7")]
    assert rows(till.send("scan", scan="2*BOX")) == [("MOUSE", "12")]


@pytest.mark.parametrize("text", ["9999999999999", "nothing", "0*MOUSE", "\x00", "x" * 10_000, "*"])
def test_what_cannot_be_read_is_said_and_the_ticket_stays(till: Till, text: str) -> None:
    response = till.send("scan", (till.choc, 1), scan=text)
    assert response.status_code == 422
    assert error(response)
    assert rows(response) == [("CHOC", "1")]


def test_words_that_fit_several_articles_offer_a_choice(till: Till) -> None:
    make_level(make_sku("WHITE", name="Chocolat blanc"), till.store, on_hand=1)
    response = till.send("scan", scan="chocolat")
    assert error(response) == "Several articles fit “chocolat”. Choose one."
    assert [article.code for article in response.context["results"]] == ["CHOC", "WHITE"]
    assert rows(till.send(f"add:{till.choc.pk}")) == [("CHOC", "1")]


def test_steps_removal_and_putting_back(till: Till) -> None:
    both = ((till.mouse, 2), (till.choc, 1))
    assert rows(till.send(f"add:{till.mouse.pk}", *both)) == [("MOUSE", "3"), ("CHOC", "1")]
    assert rows(till.send(f"take:{till.mouse.pk}", *both)) == [("MOUSE", "1"), ("CHOC", "1")]
    assert rows(till.send(f"take:{till.choc.pk}", *both)) == [("MOUSE", "2"), ("CHOC", "1")]
    removed = till.send(f"remove:{till.mouse.pk}", *both)
    assert rows(removed) == [("CHOC", "1")]
    assert f'name="removed" value="{till.mouse.pk}:2"' in removed.content.decode()
    back = till.send("put-back", (till.choc, 1), removed=f"{till.mouse.pk}:2")
    assert rows(back) == [("CHOC", "1"), ("MOUSE", "2")]
    assert rows(till.send("clear", *both)) == []


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("0", "Sell at least 1, or take the line off."),
        ("-1", "Sell at least 1, or take the line off."),
        ("abc", "Type a whole number, such as 12."),
        ("", "Type a whole number, such as 12."),
        ("1.5", "Type a whole number, such as 12."),
        ("1000000000000", "Type at most 1000000."),
        ("4", "Only 3 left here."),
    ],
)
@pytest.mark.parametrize("do", ["count", "card", "cash"])
def test_a_bad_quantity_is_said_at_its_line(till: Till, typed: str, says: str, do: str) -> None:
    response = till.send(do, (till.mouse, 1), (till.choc, typed))
    assert response.status_code == 422
    assert [line.error for line in response.context["ticket"].lines] == ["", says]
    assert rows(response) == [("MOUSE", "1"), ("CHOC", typed)]
    assert says in response.content.decode()
    assert not Sale.objects.exists()


def test_a_shortage_says_who_has_some(till: Till) -> None:
    make_level(till.choc, make_store("paris", name="Paris"), on_hand=7, reserved=2)
    make_level(till.choc, make_store("lille", name="Lille"), on_hand=9)
    response = till.send("card", (till.choc, 4))
    assert (
        response.context["ticket"].lines[0].error
        == "Only 3 left here. Elsewhere: Lille 9, Paris 5."
    )


@pytest.mark.parametrize("typed", ["60,5", "60.5", "60,50"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_cash_given_is_typed_with_a_comma_or_a_point(till: Till, typed: str, language: str) -> None:
    User.objects.update(language=language)
    till.send("cash", (till.mouse, 2), given=typed)
    tender = Sale.objects.get().tenders.get()
    assert (tender.given, tender.change) == (Decimal("60.50"), Decimal("9.50"))


def test_cash_sells_and_shows_the_receipt_with_its_change(till: Till) -> None:
    response = till.send("cash", (till.mouse, 2), given="60,50")
    sale = Sale.objects.get()
    receipt = reverse("sales:receipt", args=["lyon", sale.pk])
    assert (response.status_code, response["Location"]) == (302, receipt)
    assert (sale.key, sale.by, sale.total) == (till.key, till.clerk, Decimal("51.00"))
    content = till.client.get(receipt).content.decode()
    assert "€9.50" in content
    assert sale.receipt_number in content
    assert "Souris optique" in content


def test_paying_from_the_part_leads_the_whole_page_to_the_receipt(till: Till) -> None:
    response = till.send("card", (till.mouse, 1), part=True, shown_total="25.50")
    receipt = reverse("sales:receipt", args=["lyon", Sale.objects.get().pk])
    assert (response.status_code, response["HX-Redirect"]) == (200, receipt)


def test_a_quick_amount_is_what_was_given(till: Till) -> None:
    till.send("cash:50.00", (till.mouse, 1), given="")
    assert Sale.objects.get().tenders.get().change == Decimal("24.50")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("25.49", "0.01 is missing to pay the total."),
        ("abc", "Type an amount, such as 12.50."),
        ("3760000000", "That would be a lot of change. Check the amount given."),
    ],
)
def test_a_wrong_amount_is_said_at_the_field(till: Till, given: str, says: str) -> None:
    response = till.send("cash", (till.mouse, 1), given=given)
    ticket = response.context["ticket"]
    assert (response.status_code, ticket.given_error, ticket.given) == (422, says, given)
    assert not Sale.objects.exists()


def test_the_price_is_the_servers(till: Till) -> None:
    till.send(
        "cash", (till.mouse, 1), price="0.01", unit_price="0.01", total="0.01", shown_total="1"
    )
    assert Sale.objects.get().total == Decimal("25.50")


def test_a_card_pays_what_the_page_showed_or_nothing(till: Till) -> None:
    for shown in ("20.00", "30.00"):
        response = till.send("card", (till.mouse, 1), shown_total=shown)
        assert error(response) == "The total is now 25.50. Check the ticket and pay again."
    assert not Sale.objects.exists()


def test_a_ticket_that_is_sent_again_is_one_sale(till: Till) -> None:
    first = till.send("card", (till.mouse, 1))
    second = till.send("card", (till.mouse, 1))
    assert second["Location"] == first["Location"]
    page = till.client.get(second["Location"]).content.decode()
    sale = Sale.objects.get()
    assert f"already recorded as {sale}. Nothing was sold again." in page


def test_a_used_ticket_with_other_lines_leads_to_its_receipt(till: Till) -> None:
    first = till.send("card", (till.mouse, 1))
    response = till.send("card", (till.mouse, 2))
    assert response.status_code == 422
    assert response.context["ticket"].receipt_url == first["Location"]
    assert rows(response) == [("MOUSE", "2")]
    renewed = till.send("renew", (till.mouse, 2)).context["ticket"]
    assert renewed.key != till.key
    assert Sale.objects.count() == 1


def test_rows_that_no_page_could_send_are_left_out(till: Till) -> None:
    response = till.send(
        "count", ("abc", 1), (10**30, 1), (10**9, 1), (till.mouse, 1), (till.mouse, 2)
    )
    assert rows(response) == [("MOUSE", "3")]
    assert error(response) == "An article of this ticket no longer exists and was taken off."
    for do in ("add:abc", "take:", "remove:99999999999999999999", "unknown", "card:abc", ""):
        assert till.send(do, (till.mouse, 1)).status_code in {200, 422}
    assert not Sale.objects.exists()


def test_an_article_no_longer_on_sale_stays_with_the_reason(till: Till) -> None:
    Sku.objects.filter(pk=till.mouse.pk).update(is_active=False)
    response = till.send("card", (till.mouse, 1))
    assert response.context["ticket"].lines[0].error == "No longer on sale: take the line off."


def test_search_shows_the_price_and_what_is_here_and_elsewhere(till: Till) -> None:
    make_level(till.mouse, make_store("paris", name="Paris"), on_hand=5)
    response = till.client.get(
        till.url, {"q": "sour"}, headers={"HX-Request": "true", "HX-Target": "search-results"}
    )
    content = " ".join(response.content.decode().split())
    assert content.startswith('<div id="search-results"')
    assert all(words in content for words in ("Souris optique", "€25.50", "10 here", "Paris 5"))


def test_prices_without_tax_show_what_is_paid(till: Till) -> None:
    Company.objects.update(prices_include_tax=False)
    ticket = till.send("count", (till.mouse, 1)).context["ticket"]
    assert (ticket.total, ticket.tax) == (Decimal("30.60"), Decimal("5.10"))


def test_a_scan_is_few_queries_however_long_the_ticket(till: Till) -> None:
    many = []
    for _number in range(40):
        sku = make_sku()
        make_level(sku, till.store, on_hand=5)
        many.append((sku, 1))
    counts = []
    for lines in (many[:1], many):
        with CaptureQueriesContext(connection) as queries:
            till.send("scan", *lines, part=True, scan="3760000000017")
        counts.append(len(queries))
    assert counts == [5, 5]  # session, person, roles with their store; barcode, articles


def test_the_first_look_and_a_search_are_few_queries_whatever_the_catalogue(till: Till) -> None:
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as first:
            till.client.get(till.url)
        with CaptureQueriesContext(connection) as search:
            till.client.get(till.url, {"q": "product"})
        counts.append((len(first), len(search)))
        for _number in range(30):
            make_level(make_sku(name=f"Product {_number}"), till.store, on_hand=5)
    assert counts[0][0] == counts[1][0] <= 5
    assert counts[1][1] <= 7


def test_quick_amounts_are_notes_above_the_total() -> None:
    assert quick_amounts(Decimal("25.50")) == [Decimal(30), Decimal(40), Decimal(50)]
    assert quick_amounts(Decimal("20.00")) == [Decimal(50), Decimal(100)]
    assert quick_amounts(Decimal("0.00")) == []


@pytest.mark.parametrize(
    ("role", "get", "post"),
    [
        (Role.CLERK, 200, 200),
        (Role.MANAGER, 200, 200),
        (Role.HEAD_OFFICE, 200, 200),
        (Role.ADMIN, 200, 200),
        (Role.AUDITOR, 403, 403),
    ],
)
def test_who_may_sell(till: Till, role: Role, get: int, post: int) -> None:
    till.client = signed_in(make_staff(role, till.store if role in ("clerk", "manager") else None))
    assert till.client.get(till.url).status_code == get
    assert till.send("count").status_code == post


def test_strangers_and_other_places_have_no_till_here(till: Till) -> None:
    paris, central = make_store("paris"), make_warehouse("central")
    assert Client().get(till.url).status_code == 302
    assert Client().post(till.url, {"do": "card"}).status_code == 302
    assert signed_in(make_staff(Role.CLERK, paris)).get(till.url).status_code == 404
    assert signed_in(make_staff(Role.LOGISTICS, till.store)).get(till.url).status_code == 403
    assert signed_in(make_staff(Role.HEAD_OFFICE)).get("/stores/central/sell/").status_code == 404
    assert signed_in(make_staff(Role.HEAD_OFFICE)).get("/stores/customer/sell/").status_code == 404
    assert central.pk
    other = reverse("sales:sell", args=["paris"])
    assert till.client.post(other, {"do": "card"}).status_code == 404
    assert not Sale.objects.exists()


def test_a_key_of_another_store_shows_nothing_of_it(till: Till) -> None:
    paris = make_store("paris")
    make_level(till.mouse, paris, on_hand=5)
    there = signed_in(make_staff(Role.CLERK, paris))
    there.post(
        "/stores/paris/sell/",
        {"do": "card", "key": str(till.key), "sku": till.mouse.pk, "quantity": 1},
    )
    sale = Sale.objects.get()
    response = till.send("card", (till.mouse, 1))
    assert response.status_code == 422
    assert response.context["ticket"].receipt_url == ""
    assert sale.receipt_number not in response.content.decode()
    assert StockLevel.objects.get(sku=till.mouse, location=till.store).on_hand == 10

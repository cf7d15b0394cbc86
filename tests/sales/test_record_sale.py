from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.actions.stock import reserve_stock
from inventory.errors import OutOfStock
from inventory.models import Cause, Document, Reservation, Sku, StockLevel, StockMovement
from sales.actions.sale import FrozenLine, Item, Paid, record_online_sale, record_sale
from sales.errors import (
    EmptyTicket,
    KeyReused,
    NotEnoughGiven,
    NoTillHere,
    NotOnSale,
    TooMuchGiven,
    TooMuchOnCard,
    TotalTooLarge,
    WrongQuantity,
)
from sales.models import DailySales, DailySkuSales, ReceiptSeries, Sale, SaleLine, Tender
from stores.models import Company, Role
from tests.factories import (
    make_level,
    make_location,
    make_product,
    make_sku,
    make_staff,
    make_store,
    make_tax_rate,
    make_warehouse,
)

pytestmark = pytest.mark.django_db
CASH, CARD = Tender.Kind.CASH, Tender.Kind.CARD


class Shop:
    """A store with two SKUs, ten of each, and a clerk."""

    def __init__(self) -> None:
        self.store = make_store("lyon")
        self.clerk = make_staff(Role.CLERK, self.store)
        rate, low = make_tax_rate("20.00"), make_tax_rate("5.50")
        self.mouse = make_sku("MOUSE", product=make_product("Souris", tax_rate=rate), price="25.50")
        self.choc = make_sku("CHOC", product=make_product("Chocolat", tax_rate=low), price="8.99")
        for sku in (self.mouse, self.choc):
            make_level(sku, self.store, on_hand=10)

    def sell(
        self, *items: tuple[Sku, int], paid: tuple[Paid, ...] = (Paid(CARD),), **other
    ) -> Sale:
        fields = {"key": uuid4(), "location": self.store, "by": self.clerk} | other
        wanted = [Item(sku.pk, quantity) for sku, quantity in items]
        return record_sale(items=wanted, tenders=paid, **fields)


@pytest.fixture
def shop() -> Shop:
    return Shop()


def everything() -> dict[str, list[tuple]]:
    """Every row that a sale may change."""
    models = (
        Sale,
        SaleLine,
        Tender,
        ReceiptSeries,
        StockLevel,
        StockMovement,
        DailySales,
        DailySkuSales,
    )
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in models}


def test_a_sale_freezes_its_lines_and_moves_the_goods(shop: Shop) -> None:
    sale = shop.sell((shop.mouse, 2), (shop.choc, 3), paid=(Paid(CASH, Decimal("100.00")),))
    sale.refresh_from_db()
    assert (sale.total, sale.tax, sale.units) == (Decimal("77.97"), Decimal("9.91"), 5)
    assert list(sale.lines.values_list("code", "name", "quantity", "unit_price", "tax_rate")) == [
        ("MOUSE", "Souris", 2, Decimal("25.50"), Decimal("20.00")),
        ("CHOC", "Chocolat", 3, Decimal("8.99"), Decimal("5.50")),
    ]
    assert list(sale.lines.values_list("total", "tax", "unit_cost")) == [
        (Decimal("51.00"), Decimal("8.50"), Decimal("6.00")),
        (Decimal("26.97"), Decimal("1.41"), Decimal("6.00")),
    ]
    assert list(sale.tenders.values_list("kind", "amount", "given", "change")) == [
        ("cash", Decimal("77.97"), Decimal("100.00"), Decimal("22.03"))
    ]
    levels = StockLevel.objects.at(shop.store).order_by("sku_id")
    assert [level.on_hand for level in levels] == [8, 7]
    moved = StockMovement.objects.filter(document=Document.SALE, document_id=sale.pk)
    assert [
        (m.source.kind, m.destination.kind, m.quantity, m.by) for m in moved.order_by("sku_id")
    ] == [
        ("store", "customer", 2, shop.clerk),
        ("store", "customer", 3, shop.clerk),
    ]


def test_tax_comes_on_top_where_prices_are_without(shop: Shop) -> None:
    Company.objects.update(prices_include_tax=False)
    sale = shop.sell((shop.mouse, 1), (shop.choc, 3))
    assert (sale.total, sale.tax) == (Decimal("59.05"), Decimal("6.58"))
    assert list(sale.lines.values_list("total", "tax")) == [
        (Decimal("30.60"), Decimal("5.10")),
        (Decimal("28.45"), Decimal("1.48")),
    ]


def test_a_later_price_or_name_leaves_the_receipt_as_it_was(shop: Shop) -> None:
    sale = shop.sell((shop.mouse, 1))
    Sku.objects.filter(pk=shop.mouse.pk).update(price=Decimal("1.00"), cost=Decimal("9.00"))
    shop.mouse.product.name = "Other"
    shop.mouse.product.save()
    line = sale.lines.get()
    assert (line.name, line.unit_price, line.unit_cost) == (
        "Souris",
        Decimal("25.50"),
        Decimal("6.00"),
    )


def test_the_same_sku_twice_is_one_line(shop: Shop) -> None:
    sale = shop.sell((shop.mouse, 1), (shop.choc, 1), (shop.mouse, 4))
    assert list(sale.lines.values_list("code", "quantity")) == [("MOUSE", 5), ("CHOC", 1)]


def test_card_and_cash_together(shop: Shop) -> None:
    sale = shop.sell(
        (shop.mouse, 2), paid=(Paid(CASH, Decimal("20.00")), Paid(CARD, Decimal("40.00")))
    )
    assert list(sale.tenders.values_list("kind", "amount", "change")) == [
        ("card", Decimal("40.00"), Decimal("0.00")),
        ("cash", Decimal("11.00"), Decimal("9.00")),
    ]


def test_numbers_run_per_store_and_year_without_gaps(shop: Shop) -> None:
    other = make_store("paris")
    make_level(shop.mouse, other, on_hand=5)
    assert [shop.sell((shop.mouse, 1)).number for _ in range(2)] == [1, 2]
    assert shop.sell((shop.mouse, 1), location=other).number == 1
    with pytest.raises(OutOfStock):
        shop.sell((shop.mouse, 100))
    third = shop.sell((shop.mouse, 1))
    assert third.number == 3
    assert third.receipt_number == f"LYON-{third.year}-000003"


def test_a_year_begins_at_the_stores_midnight(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    new_year = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: new_year)
    london = make_location(code="london", time_zone="Europe/London")
    make_level(shop.mouse, london, on_hand=1)
    here, there = shop.sell((shop.mouse, 1)), shop.sell((shop.mouse, 1), location=london)
    assert (here.year, here.sold_on.isoformat()) == (2027, "2027-01-01")
    assert (there.year, there.sold_on.isoformat()) == (2026, "2026-12-31")


def test_the_same_key_gives_the_first_receipt(shop: Shop) -> None:
    key = uuid4()
    first = shop.sell((shop.mouse, 1), (shop.choc, 2), key=key)
    Sku.objects.update(price=Decimal("99.00"), is_active=False)
    before = everything()
    assert shop.sell((shop.choc, 2), (shop.mouse, 1), key=key) == first
    assert everything() == before


def test_a_key_with_other_content_is_refused(shop: Shop) -> None:
    key = uuid4()
    first = shop.sell((shop.mouse, 1), key=key)
    other = make_store("paris")
    make_level(shop.mouse, other, on_hand=5)
    before = everything()
    for wanted, change in (
        ((shop.mouse, 2), {}),
        ((shop.choc, 1), {}),
        ((shop.mouse, 1), {"location": other}),
        ((shop.mouse, 1), {"paid": (Paid(CASH),)}),
    ):
        with pytest.raises(KeyReused) as refusal:
            shop.sell(wanted, key=key, **change)
        assert refusal.value.sale == first
    assert everything() == before


def refusals(shop: Shop) -> list[tuple[type[Exception], list[tuple[Sku, int]], tuple[Paid, ...]]]:
    retired = make_sku("OLD", is_active=False)
    shelved = make_sku("SHELVED", product=make_product(is_active=False))
    dear = make_sku("DEAR", price="9999999999.99")
    card = (Paid(CARD),)
    return [
        (OutOfStock, [(shop.mouse, 1), (shop.choc, 11)], card),
        (EmptyTicket, [], card),
        (WrongQuantity, [(shop.mouse, 0)], card),
        (WrongQuantity, [(shop.mouse, -1)], card),
        (WrongQuantity, [(shop.mouse, 10**12)], card),
        (NotOnSale, [(retired, 1)], card),
        (NotOnSale, [(shelved, 1)], card),
        (NotOnSale, [(Sku(pk=10**9), 1)], card),
        (TotalTooLarge, [(dear, 2)], card),
        (NotEnoughGiven, [(shop.mouse, 1)], (Paid(CASH, Decimal("25.49")),)),
        (NotEnoughGiven, [(shop.mouse, 1)], (Paid(CARD, Decimal("25.00")),)),
        (NotEnoughGiven, [(shop.mouse, 1)], ()),
        (TooMuchGiven, [(shop.mouse, 1)], (Paid(CASH, Decimal("3760123456.00")),)),
        (TooMuchOnCard, [(shop.mouse, 1)], (Paid(CARD, Decimal("25.51")),)),
    ]


@pytest.mark.parametrize("number", range(14))
def test_a_refusal_changes_nothing(shop: Shop, number: int) -> None:
    error, wanted, paid = refusals(shop)[number]
    before = everything()
    with pytest.raises(error):
        shop.sell(*wanted, paid=paid)
    assert everything() == before


def test_only_an_open_store_has_a_till(shop: Shop) -> None:
    warehouse = make_warehouse()
    closed = make_location(is_active=False)
    for place in (warehouse, closed):
        make_level(shop.mouse, place, on_hand=5)
        with pytest.raises(NoTillHere):
            shop.sell((shop.mouse, 1), location=place)
    assert not Sale.objects.exists()


def test_a_free_article_can_be_given_away(shop: Shop) -> None:
    gift = make_sku("GIFT", price="0.00")
    make_level(gift, shop.store, on_hand=1)
    sale = shop.sell((gift, 1), paid=(Paid(CASH),))
    assert (sale.total, sale.tenders.get().amount) == (Decimal("0.00"), Decimal("0.00"))


def test_the_database_refuses_a_receipt_that_does_not_add_up(shop: Shop) -> None:
    sale = shop.sell((shop.mouse, 1))
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS a_receipt_adds_up IMMEDIATE")
    for change in ({"total": Decimal("25.49")}, {"units": 2}, {"tax": Decimal("0.00")}):
        with pytest.raises(IntegrityError, match="its lines are"), transaction.atomic():
            Sale.objects.filter(pk=sale.pk).update(**change)


def test_the_database_refuses_change_below_nothing(shop: Shop) -> None:
    """Given and amount would add up, and yet somebody handed back less than nothing."""
    tender = shop.sell((shop.mouse, 1)).tenders.get()
    paid = tender.amount
    with (
        pytest.raises(IntegrityError, match="change_is_not_negative"),
        transaction.atomic(),
    ):
        Tender.objects.filter(pk=tender.pk).update(given=paid - 1, change=-1)
    tender.refresh_from_db()
    assert (tender.given, tender.change) == (paid, 0)


def test_the_commit_of_three_lines_is_few_queries(shop: Shop) -> None:
    third = make_sku("THIRD")
    make_level(third, shop.store, on_hand=10)
    shop.sell((shop.mouse, 1))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        shop.sell((shop.mouse, 1), (shop.choc, 1), (third, 1))
    statements = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]
    assert len(statements) == 14


def slow_calculator(
    lines: list[tuple[Decimal, Decimal, int]], *, included: bool
) -> tuple[Decimal, Decimal]:
    """Total and tax by exact fractions, unit by unit, rounded half up by hand."""
    total = tax = 0
    for price, rate, quantity in lines:
        cents = sum(int(price * 100) for _unit in range(quantity))
        share = Fraction(rate) / (100 + Fraction(rate)) if included else Fraction(rate) / 100
        line_tax = int(cents * share * 2 + 1) // 2
        total += cents if included else cents + line_tax
        tax += line_tax
    return Decimal(total) / 100, Decimal(tax) / 100


prices = st.integers(0, 200_000).map(lambda cents: Decimal(cents).scaleb(-2))
rates = st.sampled_from(["0", "2.10", "5.50", "10.00", "19.60", "20.00", "33.33", "100.00"])
lines_on_a_ticket = st.lists(
    st.tuples(prices, rates.map(Decimal), st.integers(1, 60)), min_size=1, max_size=6
)


@settings(max_examples=60, deadline=None)
@given(lines=lines_on_a_ticket, included=st.booleans())
def test_totals_are_those_of_a_slow_calculator_to_the_cent(
    lines: list[tuple[Decimal, Decimal, int]], included: bool
) -> None:
    with transaction.atomic():
        Company.objects.update(prices_include_tax=included)
        store = make_store()
        clerk = make_staff(Role.CLERK, store)
        items = []
        for price, rate, quantity in lines:
            product = make_product(tax_rate=make_tax_rate(str(rate)))
            sku = make_sku(product=product, price=str(price))
            make_level(sku, store, on_hand=quantity)
            items.append(Item(sku.pk, quantity))
        sale = record_sale(key=uuid4(), location=store, items=items, tenders=[Paid(CASH)], by=clerk)
        connection.check_constraints()
        sale.refresh_from_db()
        assert (sale.total, sale.tax) == slow_calculator(lines, included=included)
        assert sale.total == sum(line.total for line in sale.lines.all())
        assert sale.total == sum(tender.amount for tender in sale.tenders.all())
        transaction.set_rollback(True)


def test_an_online_sale_takes_what_the_order_reserved(shop: Shop) -> None:
    holder = Cause(Document.ORDER, 7)
    reserve_stock(shop.store, {shop.mouse.pk: 10}, cause=holder, until=None)
    line = FrozenLine(
        sku_id=shop.mouse.pk,
        name="Souris",
        code="MOUSE",
        quantity=10,
        unit_price=Decimal("20.00"),
        tax_rate=Decimal("20.00"),
        tax=Decimal("33.33"),
        total=Decimal("200.00"),
    )
    key = uuid4()

    def hand_over() -> Sale:
        return record_online_sale(
            key=key,
            location=shop.store,
            lines=[line],
            paid=Decimal("200.00"),
            order_number="W-7",
            holder=holder,
            by=shop.clerk,
        )

    sale = hand_over()
    assert (sale.channel, sale.order_number, sale.total) == ("online", "W-7", Decimal("200.00"))
    assert (sale.lines.get().unit_price, sale.lines.get().unit_cost) == (
        Decimal("20.00"),
        Decimal("6.00"),
    )
    assert sale.tenders.get().kind == "online"
    level = StockLevel.objects.get(sku=shop.mouse, location=shop.store)
    assert (level.on_hand, level.reserved) == (0, 0)
    assert Reservation.objects.get().state == Reservation.State.USED
    assert DailySales.objects.get().channel == "online"
    before = everything()
    assert hand_over() == sale
    assert everything() == before

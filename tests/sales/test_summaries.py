from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from inventory.models import Sku
from sales.actions.sale import Item, Paid, record_sale
from sales.actions.summary import rebuild_summaries
from sales.models import DailySales, DailySkuSales, MonthlySkuSales, Tender
from stores.models import Location, Role
from tests.factories import make_level, make_sku, make_staff, make_store

pytestmark = pytest.mark.django_db


def sell(store: Location, wanted: dict[Sku, int]) -> None:
    record_sale(
        key=uuid4(),
        location=store,
        items=[Item(sku.pk, units) for sku, units in wanted.items()],
        tenders=[Paid(Tender.Kind.CARD)],
        by=make_staff(Role.CLERK, store),
    )


@pytest.fixture
def two_stores() -> None:
    mouse, choc = make_sku("MOUSE", price="12.00"), make_sku("CHOC", price="1.20")
    for code in ("lyon", "paris"):
        store = make_store(code)
        make_level(mouse, store, on_hand=20)
        make_level(choc, store, on_hand=20)
        sell(store, {mouse: 1, choc: 2})
        sell(store, {mouse: 3})


def figures() -> tuple[list[tuple], list[tuple], list[tuple]]:
    days = DailySales.objects.order_by("location__code")
    skus = DailySkuSales.objects.order_by("location__code", "sku__code")
    months = MonthlySkuSales.objects.order_by("location__code", "sku__code")
    return (
        list(days.values_list("location__code", "channel", "tickets", "units", "revenue", "tax")),
        list(skus.values_list("location__code", "sku__code", "units", "revenue")),
        list(months.values_list("location__code", "sku__code", "units", "revenue")),
    )


OF_SKUS = [
    (code, sku, units, Decimal(revenue))
    for code in ("lyon", "paris")
    for sku, units, revenue in (("CHOC", 2, "2.40"), ("MOUSE", 4, "48.00"))
]
EXPECTED = (
    [(code, "store", 2, 6, Decimal("50.40"), Decimal("8.40")) for code in ("lyon", "paris")],
    OF_SKUS,
    OF_SKUS,
)


@pytest.mark.usefixtures("two_stores")
def test_each_sale_adds_to_the_figures_of_its_day() -> None:
    assert figures() == EXPECTED
    call_command("check_summaries")


@pytest.mark.usefixtures("two_stores")
def test_rebuilding_gives_the_same_figures() -> None:
    DailySales.objects.filter(location__code="lyon").delete()
    DailySkuSales.objects.update(units=99)
    MonthlySkuSales.objects.filter(sku__code="CHOC").delete()
    rebuild_summaries()
    assert figures() == EXPECTED


@pytest.mark.usefixtures("two_stores")
def test_the_check_names_each_difference(capsys: pytest.CaptureFixture[str]) -> None:
    DailySales.objects.filter(location__code="lyon").update(tickets=3)
    DailySkuSales.objects.filter(location__code="paris", sku__code="CHOC").delete()
    MonthlySkuSales.objects.filter(location__code="paris", sku__code="MOUSE").update(units=5)
    with pytest.raises(CommandError, match="3 figures"):
        call_command("check_summaries")
    lyon, month, paris = sorted(
        capsys.readouterr().out.splitlines(), key=lambda line: (line[:5], "CHOC" in line)
    )
    assert lyon.startswith("lyon ")
    assert lyon.endswith("store: kept (3,6,50.40,8.40), sold (2,6,50.40,8.40)")
    assert month.endswith("MOUSE in the month: kept (5,48.00), sold (4,48.00)")
    assert paris.endswith("CHOC: kept nothing, sold (2,2.40)")

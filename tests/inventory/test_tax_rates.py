"""Tax rates: a percentage is never rewritten, products leave a rate that ends, receipts keep theirs."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client

from inventory.actions.catalogue import change_product
from inventory.actions.tax_rates import end_tax_rate
from inventory.models import CatalogueChange, TaxRate
from inventory.tax_errors import RateEnded
from sales.actions.sale import Item, Paid, record_sale
from sales.models import Tender
from stores.models import Role
from tests.factories import (
    make_level,
    make_product,
    make_sku,
    make_staff,
    make_store,
    make_tax_rate,
)
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
NEW = "/head-office/settings/tax/new/"


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_staff(Role.ADMIN))
    return client


def page_of(rate: TaxRate) -> str:
    return f"/head-office/settings/tax/{rate.pk}/"


@pytest.mark.parametrize("role", [Role.HEAD_OFFICE, Role.AUDITOR, Role.LOGISTICS, Role.MANAGER])
def test_only_administrators_change_rates(client: Client, role: Role) -> None:
    rate = make_tax_rate("20.00", "VAT 20")
    place = make_store() if role == Role.MANAGER else None
    client.force_login(make_staff(role, place))
    given = {"name": "New", "rate": "7"}
    assert client.get(NEW).status_code == client.post(NEW, given).status_code == 403
    for path in (page_of(rate), f"{page_of(rate)}end/", f"{page_of(rate)}again/"):
        assert client.post(path, given).status_code == 403
    assert list(TaxRate.objects.values_list("name", "rate", "ended_at")) == [
        ("VAT 20", Decimal(20), None)
    ]


def test_a_rate_is_added_and_offered_first(admin: Client) -> None:
    old = TaxRate.objects.create(name="VAT 20", rate=Decimal(20), is_usual=True)
    assert admin.post(NEW, {"name": "VAT 21", "rate": "21,5", "is_usual": "on"}).status_code == 302
    new = TaxRate.objects.get(name="VAT 21")
    old.refresh_from_db()
    assert (new.rate, new.is_usual, old.is_usual) == (Decimal("21.50"), True, False)
    page = admin.get("/head-office/products/new/").text
    assert f'<option value="{new.pk}" selected>VAT 21</option>' in page


@pytest.mark.parametrize(
    ("name", "rate", "says"),
    [
        ("vat 20", "7", "There is a tax rate called “vat 20” already."),
        ("Other", "20.0", "“VAT 20” is this rate already: 20.00%."),
        ("Other", "100.5", "Type at most 100."),
        ("Other", "-1", "greater than or equal to 0"),
        ("", "7", "This field is required."),
        ("Other", "a lot", "Type an amount"),
    ],
)
def test_what_makes_no_rate(admin: Client, name: str, rate: str, says: str) -> None:
    make_tax_rate("20.00", "VAT 20")
    answer = admin.post(NEW, {"name": name, "rate": rate})
    assert answer.status_code == 422
    assert says in answer.text
    assert TaxRate.objects.count() == 1


def test_a_rate_is_renamed_and_its_percentage_stays(admin: Client) -> None:
    rate = make_tax_rate("20.00", "VAT")
    sent = {"name": "VAT 20 %", "rate": "7", "is_usual": "on"}
    assert admin.post(page_of(rate), sent).status_code == 302
    rate.refresh_from_db()
    assert (rate.name, rate.rate, rate.is_usual) == ("VAT 20 %", Decimal(20), True)
    refused = admin.post(page_of(rate), {"name": "VAT 20 %"})
    assert refused.status_code == 422
    assert "Make another one usual first." in refused.text


def test_products_of_a_rate_that_ends_take_another_and_receipts_keep_it(admin: Client) -> None:
    old, new = make_tax_rate("20.00", "VAT 20"), make_tax_rate("21.00", "VAT 21")
    store, sku = make_store(), make_sku(product=make_product(tax_rate=old), price="12.10")
    make_level(sku, store, on_hand=2)
    clerk, card = make_staff(Role.CLERK, store), [Paid(Tender.Kind.CARD)]
    first = record_sale(
        key=uuid4(), location=store, items=[Item(sku.pk, 1)], tenders=card, by=clerk
    )

    refused = admin.post(f"{page_of(old)}end/")
    assert refused.status_code == 422
    assert "1 product has the rate “VAT 20”." in refused.text
    assert TaxRate.objects.filter(ended_at=None).count() == 2

    assert admin.post(f"{page_of(old)}end/", {"instead": new.pk}).status_code == 302
    old.refresh_from_db()
    assert old.ended_at is not None
    change = CatalogueChange.objects.get(product=sku.product, what="tax_rate")
    assert (change.before, change.after) == ("VAT 20", "VAT 21")
    second = record_sale(
        key=uuid4(), location=store, items=[Item(sku.pk, 1)], tenders=card, by=clerk
    )
    assert [first.lines.get().tax_rate, second.lines.get().tax_rate] == [20, 21]
    assert [first.tax, second.tax] == [Decimal("2.02"), Decimal("2.10")]


def test_an_ended_rate_is_taken_by_no_product_until_it_is_taken_up(admin: Client) -> None:
    rate, boss = make_tax_rate("5.50", "VAT 5.5"), make_staff(Role.HEAD_OFFICE)
    sku = make_sku()
    end_tax_rate(rate.pk, instead=None, by=boss)
    with pytest.raises(RateEnded):
        change_product(sku.product_id, tax_rate=rate, by=boss)
    assert "VAT 5.5" not in admin.get(f"/head-office/products/{sku.product_id}/edit/").text
    assert admin.post(f"{page_of(rate)}again/").status_code == 302
    change_product(sku.product_id, tax_rate=rate, by=boss)
    sku.product.refresh_from_db()
    assert sku.product.tax_rate == rate


def test_a_rate_is_not_taken_up_beside_another_of_its_percentage(admin: Client) -> None:
    ended, boss = make_tax_rate("5.50", "VAT 5.5"), make_staff(Role.HEAD_OFFICE)
    end_tax_rate(ended.pk, instead=None, by=boss)
    admin.post(NEW, {"name": "Reduced", "rate": "5.50"})
    refused = admin.post(f"{page_of(ended)}again/", follow=True)
    assert refused.redirect_chain == [(page_of(ended), 302)]
    assert "“Reduced” is this rate already" in refused.text
    ended.refresh_from_db()
    assert ended.ended_at


def test_a_rate_is_not_replaced_by_an_ended_one_or_itself(admin: Client) -> None:
    old, ended = make_tax_rate("20.00"), make_tax_rate("19.00")
    make_product(tax_rate=old)
    end_tax_rate(ended.pk, instead=None, by=make_staff(Role.ADMIN))
    for instead in (old.pk, ended.pk, 987654321):
        assert admin.post(f"{page_of(old)}end/", {"instead": instead}).status_code == 422
    old.refresh_from_db()
    assert old.ended_at is None


def test_the_usual_rate_does_not_end(admin: Client) -> None:
    rate = TaxRate.objects.create(name="VAT", rate=Decimal(20), is_usual=True)
    assert admin.post(f"{page_of(rate)}end/").status_code == 422
    rate.refresh_from_db()
    assert rate.ended_at is None


def test_the_page_of_a_rate_costs_the_same_whatever_takes_it(admin: Client) -> None:
    rate = make_tax_rate()
    make_product(tax_rate=rate)
    [before] = queries_of(admin, page_of(rate))
    for _ in range(10):
        make_product(tax_rate=rate)
    assert queries_of(admin, page_of(rate)) == [before]


def test_a_percentage_stands_as_the_language_writes_it(admin: Client) -> None:
    make_tax_rate("5.50", "Reduced")
    page = "/head-office/settings/"
    assert ">5.50%</td>" in admin.get(page).text
    assert (
        ">5,50\N{NO-BREAK SPACE}%</td>" in admin.get(page, headers={"Accept-Language": "fr"}).text
    )

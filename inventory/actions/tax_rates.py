"""Tax rates: a percentage is never rewritten. A new one is added, and the old one ends; what was sold
keeps the rate that it was sold at."""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from backoffice.lib.retry import retrying
from inventory.actions.locks import hold_new_levels
from inventory.models import CatalogueChange, Product, TaxRate
from inventory.tax_errors import (
    RateEnded,
    RateExists,
    RateNameTaken,
    RateStillTaken,
    UsualRateStays,
)
from stores.models import User

AT_ONCE = 1000  # rows of a bulk insert


@retrying
@transaction.atomic
def add_tax_rate(*, name: str, rate: Decimal, is_usual: bool, by: User) -> TaxRate:
    """Add a percentage that products may take; the usual one is offered first for new products."""
    hold_new_levels()
    rates = _lock_rates()
    _refuse_percentage(rate, rates)
    _refuse_name(name, rates)
    if is_usual:
        TaxRate.objects.filter(is_usual=True).update(is_usual=False)
    return TaxRate.objects.create(name=name, rate=rate, is_usual=is_usual)


@retrying
@transaction.atomic
def change_tax_rate(rate_id: int, *, name: str, is_usual: bool, by: User) -> TaxRate:
    """Rename a rate, or make it the usual one of new products; its percentage stays."""
    rates = _lock_rates()
    rate = next(one for one in rates if one.pk == rate_id)
    _refuse_name(name, [one for one in rates if one != rate])
    if is_usual and rate.ended_at:
        raise RateEnded(rate)
    if rate.is_usual and not is_usual:
        raise UsualRateStays(rate)
    if is_usual:
        TaxRate.objects.exclude(pk=rate_id).filter(is_usual=True).update(is_usual=False)
    rate.name, rate.is_usual = name, is_usual
    rate.save(update_fields=["name", "is_usual"])
    return rate


@retrying
@transaction.atomic
def end_tax_rate(rate_id: int, *, instead: TaxRate | None, by: User) -> int:
    """Offer a rate no more; its products take the one `instead`. Returns how many they were."""
    rates = {one.pk: one for one in _lock_rates()}
    rate = rates[rate_id]
    if rate.ended_at:
        return 0
    if rate.is_usual:
        raise UsualRateStays(rate)
    products = list(Product.objects.select_for_update().filter(tax_rate=rate).order_by("pk"))
    if products:
        if instead is None or instead.pk == rate_id:
            raise RateStillTaken(rate, len(products))
        _move(products, rate, rates[instead.pk], by)
    rate.ended_at = timezone.now()
    rate.save(update_fields=["ended_at"])
    return len(products)


@retrying
@transaction.atomic
def take_up_tax_rate(rate_id: int, *, by: User) -> TaxRate:
    """Offer a rate that ended once more, unless another one has its percentage by now."""
    hold_new_levels()
    rates = _lock_rates()
    rate = next(one for one in rates if one.pk == rate_id)
    _refuse_percentage(rate.rate, [one for one in rates if one != rate])
    rate.ended_at = None
    rate.save(update_fields=["ended_at"])
    return rate


def hold_rate(rate: TaxRate) -> None:
    """Refuse a rate that is ended; until the commit it doesn't end."""
    held = TaxRate.objects.select_for_update(no_key=True).get(pk=rate.pk)
    if held.ended_at:
        raise RateEnded(held)


def _lock_rates() -> list[TaxRate]:
    return list(TaxRate.objects.select_for_update(no_key=True).order_by("pk"))


def _refuse_percentage(rate: Decimal, others: list[TaxRate]) -> None:
    """Two rates of one percentage would split the tax of every report."""
    if same := next((one for one in others if one.rate == rate and one.ended_at is None), None):
        raise RateExists(same)


def _refuse_name(name: str, others: list[TaxRate]) -> None:
    if any(one.name.casefold() == name.casefold() for one in others):
        raise RateNameTaken(name)


def _move(products: list[Product], rate: TaxRate, instead: TaxRate, by: User) -> None:
    if instead.ended_at:
        raise RateEnded(instead)
    Product.objects.filter(pk__in=[product.pk for product in products]).update(tax_rate=instead)
    CatalogueChange.objects.bulk_create(
        (
            CatalogueChange(
                product=product,
                what=CatalogueChange.What.TAX_RATE,
                before=rate.name,
                after=instead.name,
                by=by,
            )
            for product in products
        ),
        batch_size=AT_ONCE,
    )

"""Tax rates, and whether products take them."""

from django.db.models import Exists, F, OuterRef, QuerySet

from inventory.models import Product, TaxRate


def rates_in_use() -> QuerySet[TaxRate]:
    """The rates with `is_taken`, whether a product has it: those that can be chosen first."""
    taken = Exists(Product.objects.filter(tax_rate=OuterRef("pk")))
    return TaxRate.objects.annotate(is_taken=taken).order_by(
        F("ended_at").asc(nulls_first=True), "-rate", "name"
    )


def rates_to_choose() -> QuerySet[TaxRate]:
    """The rates that products may take: those that have not ended."""
    return TaxRate.objects.filter(ended_at=None)

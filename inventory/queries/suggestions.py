"""Reads of standing suggestions, and of the refreshes that keep them."""

from django.db.models import F

from inventory.models import RefreshRun, Suggestion
from inventory.models.policy import SuggestionQuerySet
from stores.models import Location


def suggestions_for(store: Location, warehouse: Location | None = None) -> SuggestionQuerySet:
    """What is suggested to a store today, what loses most sales per day first; only what a warehouse
    sends, if one is given."""
    standing = Suggestion.objects.standing(store).worst_first().select_related("sku__product")
    return standing.filter(warehouse=warehouse) if warehouse else standing


def snoozed_for(store: Location) -> SuggestionQuerySet:
    """What a store doesn't want to be told before a later day, the next day first."""
    rows = Suggestion.objects.at(store).filter(snoozed_until__gt=store.local_day())
    return rows.select_related("sku__product", "snoozed_by").order_by("snoozed_until", "sku_id")


def last_refreshes() -> dict[str, RefreshRun]:
    """The last refresh of each kind, by kind."""
    runs = RefreshRun.objects.order_by("kind", F("pk").desc()).distinct("kind")
    return {run.kind: run for run in runs}

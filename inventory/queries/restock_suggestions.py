"""Standing suggestions as the store's page lists them, beside what its draft holds already."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from backoffice.lib.money import ZERO
from inventory.actions.stock import Quantity, SkuId
from inventory.models import RestockLine, RestockRequest, Suggestion
from inventory.models.policy import SuggestionQuerySet
from inventory.queries.suggestions import suggestions_for
from stores.models import Location


@dataclass(frozen=True)
class SuggestedRow:
    """A suggestion; what somebody typed instead of its units; what the draft holds of the SKU."""

    suggestion: Suggestion
    typed: str
    error: str
    drafted: Quantity


@dataclass(frozen=True)
class Outlook:
    """How many products a store should ask for, and the sales that it loses per day without them."""

    count: int
    lost_per_day: Decimal


def not_drafted(store: Location) -> SuggestionQuerySet:
    """What is suggested to a store, and in none of its drafts."""
    drafted = RestockLine.objects.filter(
        request__store=store, request__state=RestockRequest.State.DRAFT
    )
    return suggestions_for(store).exclude(sku__in=drafted.values("sku"))


def outlook_of(store: Location) -> Outlook:
    """What is suggested and not drafted, in one query."""
    found = not_drafted(store).order_by()
    sums = found.aggregate(count=Count("pk"), lost=Sum("lost_per_day"))
    return Outlook(sums["count"], sums["lost"] or ZERO)


def suggested_rows(
    store: Location,
    suggestions: Sequence[Suggestion],
    wrong: dict[SkuId, tuple[str, str]],
) -> list[SuggestedRow]:
    """The rows of a page, in one query."""
    drafted = dict(
        RestockLine.objects.filter(
            request__store=store,
            request__state=RestockRequest.State.DRAFT,
            sku__in=[suggestion.sku_id for suggestion in suggestions],
        ).values_list("sku_id", "asked")
    )
    return [
        SuggestedRow(
            suggestion,
            *wrong.get(suggestion.sku_id, (str(suggestion.units), "")),
            drafted.get(suggestion.sku_id, 0),
        )
        for suggestion in suggestions
    ]

"""Standing suggestions as the store's page lists them, beside what its draft holds already."""

from collections.abc import Sequence
from dataclasses import dataclass

from inventory.actions.stock import Quantity, SkuId
from inventory.models import RestockLine, RestockRequest, Suggestion
from stores.models import Location


@dataclass(frozen=True)
class SuggestedRow:
    """A suggestion; what somebody typed instead of its units; what the draft holds of the SKU."""

    suggestion: Suggestion
    typed: str
    error: str
    drafted: Quantity


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

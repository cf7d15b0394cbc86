"""What the page of a draft shows: its lines beside the stock, and what could be added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count

from inventory.actions.restock_draft import MOST_LINES
from inventory.actions.stock import Quantity, SkuId
from inventory.models import RestockLine, RestockRequest, RestockTemplate, Sku, Suggestion
from inventory.models.policy import SuggestionQuerySet
from inventory.queries.lead_time import usual_lead_times, usually_here
from inventory.queries.restock import LineToAsk, lines_to_ask
from inventory.queries.suggestions import suggestions_for
from stores.models import Location

MOST_FOUND = 8
MOST_SUGGESTED = 12


@dataclass(frozen=True)
class DraftRow:
    """A line of the draft; `typed` is what somebody typed instead of units; the suggestion is the one
    that stands now."""

    line: RestockLine
    figures: LineToAsk
    typed: str
    error: str
    suggestion: Suggestion | None = None

    @property
    def is_on_sale(self) -> bool:
        return self.line.sku.is_active and self.line.sku.product.is_active

    @property
    def is_scarce(self) -> bool:
        return self.figures.left < self.line.asked

    @property
    def is_above_maximum(self) -> bool:
        return self.figures.is_above_maximum(self.line.asked)


@dataclass(frozen=True)
class Proposal:
    """Units of a SKU to add, and whether Comptoir suggests them."""

    figures: LineToAsk
    suggestion: Suggestion | None

    @property
    def units(self) -> Quantity:
        return self.suggestion.units if self.suggestion else self.figures.suggested

    @property
    def suggested(self) -> Quantity | None:
        return self.suggestion.units if self.suggestion else None


def asked_warehouse(store: Location, code: str) -> Location | None:
    """The open logistics centre with this code; else the one with a draft, else the first."""
    places = list(Location.objects.warehouses().active())
    if chosen := [place for place in places if place.code == code]:
        return chosen[0]
    if len(places) > 1:
        drafts = RestockRequest.objects.drafts().filter(store=store, warehouse__in=places)
        if draft := drafts.select_related("warehouse").first():
            return draft.warehouse
    return places[0] if places else None


def drafts_of(store: Location) -> list[RestockRequest]:
    """What the store is about to ask, each draft with the number of its lines."""
    drafts = RestockRequest.objects.drafts().filter(store=store, lines__isnull=False)
    drafts = drafts.select_related("warehouse", "asked_by")
    return list(drafts.annotate(line_count=Count("lines")))


def templates_of(store: Location) -> list[RestockTemplate]:
    """The lists that a store keeps, each with the number of its lines."""
    mine = RestockTemplate.objects.filter(store=store).select_related("by")
    return list(mine.annotate(line_count=Count("lines")))


def proposals(store: Location, warehouse: Location, skus: Sequence[Sku]) -> dict[SkuId, Proposal]:
    """How many units of each SKU to ask for, in three queries."""
    standing = Suggestion.objects.standing(store).filter(sku__in=skus)
    suggested = {suggestion.sku_id: suggestion for suggestion in standing}
    figures = lines_to_ask(store, warehouse, skus)
    return {sku.pk: Proposal(figures[sku.pk], suggested.get(sku.pk)) for sku in skus}


class DraftPage:
    """The draft of a store for a warehouse, read as far as the part that is shown needs it."""

    def __init__(
        self,
        store: Location,
        warehouse: Location,
        *,
        words: str = "",
        chosen: Sequence[SkuId] = (),
        wrong: Mapping[SkuId, tuple[str, str]] | None = None,
    ) -> None:
        self.store, self.warehouse = store, warehouse
        self.words, self.chosen, self.wrong = words, chosen, wrong or {}

    @cached_property
    def draft(self) -> RestockRequest | None:
        drafts = RestockRequest.objects.drafts().filter(store=self.store)
        return drafts.filter(warehouse=self.warehouse).first()

    @cached_property
    def lines(self) -> list[RestockLine]:
        if self.draft is None:
            return []
        return list(self.draft.lines.select_related("sku__product").order_by("-pk"))

    @cached_property
    def units(self) -> Quantity:
        return sum(line.asked for line in self.lines)

    @cached_property
    def rows(self) -> list[DraftRow]:
        """The lines, the newest on top: there a person who scans looks."""
        skus = {line.sku_id: line.sku for line in self.lines}
        figures = lines_to_ask(self.store, self.warehouse, skus.values())
        standing = suggestions_for(self.store, self.warehouse).filter(sku__in=skus)
        suggested = {suggestion.sku_id: suggestion for suggestion in standing}
        found = []
        for line in self.lines:
            typed, error = self.wrong.get(line.sku_id, (str(line.asked), ""))
            shown = suggested.get(line.sku_id)
            found.append(DraftRow(line, figures[line.sku_id], typed, error, shown))
        return found

    @cached_property
    def mistakes(self) -> list[DraftRow]:
        return [row for row in self.rows if row.error]

    @cached_property
    def found(self) -> list[Proposal]:
        """What the words, or the address, name and the draft lacks."""
        on_sale = Sku.objects.active().select_related("product")
        there = [line.sku_id for line in self.lines]
        if self.chosen:
            skus = list(on_sale.filter(pk__in=self.chosen).exclude(pk__in=there)[:MOST_LINES])
        elif self.words:
            skus = list(on_sale.search(self.words).exclude(pk__in=there)[:MOST_FOUND])
        else:
            return []
        known = proposals(self.store, self.warehouse, skus)
        return [known[sku.pk] for sku in skus]

    @cached_property
    def standing(self) -> SuggestionQuerySet:
        """What Comptoir suggests to ask of this warehouse, and the draft lacks."""
        there = [line.sku_id for line in self.lines]
        return suggestions_for(self.store, self.warehouse).exclude(sku__in=there)

    @cached_property
    def suggestions(self) -> list[Suggestion]:
        return list(self.standing[:MOST_SUGGESTED])

    @cached_property
    def suggested_count(self) -> int:
        return self.standing.count() if self.suggestions else 0

    @property
    def further_suggestions(self) -> int:
        return self.suggested_count - len(self.suggestions)

    @cached_property
    def waiting(self) -> RestockRequest | None:
        """The request that would collect these lines."""
        waiting = RestockRequest.objects.pending().filter(store=self.store)
        of_warehouse = waiting.filter(warehouse=self.warehouse).select_related("asked_by")
        return of_warehouse.annotate(line_count=Count("lines")).first()

    @cached_property
    def templates(self) -> list[RestockTemplate]:
        return templates_of(self.store)

    @cached_property
    def places(self) -> list[tuple[Location, int]]:
        """The logistics centres that can be asked, each with the lines of its draft."""
        places = list(Location.objects.warehouses().active())
        if len(places) == 1:
            return [(places[0], len(self.lines))]
        drafts = RestockRequest.objects.drafts().filter(store=self.store).order_by()
        lines = drafts.values_list("warehouse_id").annotate(count=Count("lines"))
        drafted: dict[int, int] = dict(lines)
        return [(place, drafted.get(place.pk, 0)) for place in places]

    @cached_property
    def lead_time(self) -> str:
        return usually_here(usual_lead_times(self.store).get(self.warehouse.pk))

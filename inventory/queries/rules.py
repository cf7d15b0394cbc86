"""Which requests a rule of automatic approval would take, and why not the others, in words.

The logistics centre's own demand is what left it for stores (on the road or received at once) and for
online customers in the last 28 days, from the ledger: losses, corrections and goods for other centres
are none.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.lib.text import Words
from inventory.actions.stock import Quantity
from inventory.fair_share import DAYS, cover_days
from inventory.models import ApprovalRule, RestockLine, RestockRequest, StockMovement
from inventory.queries.board import Key
from inventory.queries.restock import available_at
from stores.models import Location

State = RestockRequest.State
TAKES_FROM_A_CENTRE = (Location.Kind.STORE, Location.Kind.TRANSIT, Location.Kind.CUSTOMER)
KINDS: dict[str, Words] = {
    "value": gettext_lazy("worth more"),
    "by hand": gettext_lazy("changed by hand"),
    "back": gettext_lazy("came back"),
    "stock": gettext_lazy("not enough there for all"),
    "cover": gettext_lazy("too little cover left"),
}

type Rules = Mapping[int | None, ApprovalRule]  # by store; None: the company's


@dataclass(frozen=True)
class Obstacle:
    """Why a rule leaves a request to a person."""

    kind: str
    words: str


@dataclass(frozen=True)
class Verdict:
    """What a rule says to a request; `rule` is None where none is on."""

    rule: ApprovalRule | None
    obstacles: Sequence[Obstacle] = ()

    @property
    def takes(self) -> bool:
        return self.rule is not None and not self.obstacles


@dataclass
class Centre:
    """What logistics centres have, promised, are asked for and sent out, by centre and SKU."""

    free: dict[Key, Quantity] = field(default_factory=dict)
    asked: dict[Key, Quantity] = field(default_factory=dict)
    sent_out: dict[Key, Quantity] = field(default_factory=dict)


@dataclass(frozen=True)
class DryRun:
    """How many of the requests that a rule concerns it would approve now."""

    taken: int
    waiting: int
    reasons: list[tuple[Words, int]]


def rules_by_place() -> Rules:
    return {rule.location_id: rule for rule in ApprovalRule.objects.select_related("location")}


def rule_for(store_id: int, rules: Rules) -> ApprovalRule | None:
    """The rule of a store, or the company's; None where that is off."""
    rule = rules.get(store_id, rules.get(None))
    return rule if rule and rule.is_on else None


def verdicts(
    requests: Iterable[RestockRequest], rules: Rules, *, in_turn: bool = False
) -> dict[int, Verdict]:
    """What the rules say to requests that wait, in a fixed number of queries; `in_turn` as if each
    that a rule takes were approved before the next."""
    ruled = {one.pk: rule for one in requests if (rule := rule_for(one.store_id, rules))}
    found = {one.pk: Verdict(None) for one in requests}
    if not ruled:
        return found
    lines: dict[int, list[RestockLine]] = {pk: [] for pk in ruled}
    for line in RestockLine.objects.filter(request__in=ruled).select_related("sku__product"):
        lines[line.request_id].append(line)
    concerned = [one for one in requests if one.pk in ruled]
    centre = _centre({one.warehouse_id for one in concerned}, _skus(lines.values()))
    for one in concerned:
        obstacles = _obstacles(one, lines[one.pk], ruled[one.pk], centre)
        found[one.pk] = Verdict(ruled[one.pk], obstacles)
        if in_turn and not obstacles:
            for line in lines[one.pk]:
                centre.free[one.warehouse_id, line.sku_id] -= line.asked
                centre.asked[one.warehouse_id, line.sku_id] -= line.asked
    return found


def try_rule(rule: ApprovalRule) -> DryRun:
    """What this rule, not yet saved and as if it were on, would do now with what waits."""
    rule.is_on = True
    rules = {**rules_by_place(), rule.location_id: rule}
    waiting = RestockRequest.objects.pending().select_related("warehouse").order_by("pk")
    concerned = [one for one in waiting if rule_for(one.store_id, rules) is rule]
    said = verdicts(concerned, rules, in_turn=True).values()
    kinds = Counter(kind for one in said for kind in {o.kind for o in one.obstacles})
    return DryRun(
        sum(one.takes for one in said),
        len(concerned),
        [(KINDS[kind], count) for kind, count in kinds.most_common()],
    )


def why_not_automatic(request: RestockRequest) -> Sequence[Obstacle]:
    """What keeps the rule that is on from approving this request; nothing where none is on."""
    return verdicts([request], rules_by_place())[request.pk].obstacles if request.is_waiting else ()


def _skus(lines: Iterable[Iterable[RestockLine]]) -> set[int]:
    return {line.sku_id for some in lines for line in some}


def _centre(warehouses: Collection[int], skus: Collection[int]) -> Centre:
    open_lines = (
        RestockLine.objects.filter(request__warehouse__in=warehouses, sku__in=skus)
        .order_by()
        .values_list("request__warehouse_id", "sku_id")
    )
    promised = open_lines.filter(request__state=State.APPROVED).annotate(units=Sum("approved"))
    asked = open_lines.filter(request__state=State.WAITING).annotate(units=Sum("asked"))
    out = (
        StockMovement.objects.filter(
            source__in=warehouses,
            sku__in=skus,
            destination__kind__in=TAKES_FROM_A_CENTRE,
            occurred_at__gte=timezone.now() - timedelta(days=DAYS),
        )
        .order_by()
        .values_list("source_id", "sku_id")
        .annotate(units=Sum("quantity"))
    )
    free = available_at(warehouses, skus)
    for warehouse, sku, units in promised:
        free[warehouse, sku] = free.get((warehouse, sku), 0) - units
    return Centre(
        {
            (warehouse, sku): free.get((warehouse, sku), 0)
            for warehouse in warehouses
            for sku in skus
        },
        {(warehouse, sku): units for warehouse, sku, units in asked},
        {(warehouse, sku): units for warehouse, sku, units in out},
    )


def _obstacles(
    request: RestockRequest, lines: Iterable[RestockLine], rule: ApprovalRule, centre: Centre
) -> list[Obstacle]:
    found = []
    if request.value > rule.max_value:
        amounts = {"value": _amount(request.value), "most": _amount(rule.max_value)}
        words = _("it is worth %(value)s at cost, the rule goes up to %(most)s") % amounts
        found.append(Obstacle("value", words))
    for line in lines:
        found += _obstacles_of_line(request, line, rule, centre)
    return found


def _obstacles_of_line(
    request: RestockRequest, line: RestockLine, rule: ApprovalRule, centre: Centre
) -> Iterable[Obstacle]:
    key = (request.warehouse_id, line.sku_id)
    names = {"product": line.sku, "place": request.warehouse, "asked": line.asked}
    if line.suggested is None:
        yield Obstacle("by hand", _("%(product)s was added by hand") % names)
    elif line.suggested != line.asked:
        words = _("%(product)s was changed by hand (%(suggested)s suggested, %(asked)s asked)")
        yield Obstacle("by hand", words % {**names, "suggested": line.suggested})
    if line.lacking:
        yield Obstacle("back", _("it came back: %(product)s lacked when it was to be sent") % names)
    if centre.asked.get(key, 0) > centre.free[key] or line.asked > centre.free[key]:
        words = _("%(product)s: %(place)s hasn't enough for all who ask")
        yield Obstacle("stock", words % names)
        return
    left, out = centre.free[key] - line.asked, centre.sent_out.get(key, 0)
    if left * DAYS < rule.min_cover_days * out:
        words = _("%(product)s: %(place)s would keep %(days)s days of cover, not %(wanted)s")
        days = number_format(cover_days(left, out) or 0, decimal_pos=1, use_l10n=True)
        yield Obstacle("cover", words % {**names, "days": days, "wanted": rule.min_cover_days})


def _amount(value: Decimal) -> str:
    return number_format(value, decimal_pos=2, use_l10n=True, force_grouping=True)

"""Splitting what there is of one SKU between stores that ask for more: equal days of cover.

The rule is the fair-share (equal-time-supply) allocation of distribution planning: what there is goes,
pack by pack, to the store that would run out first, so that all come to the same days of cover as far
as whole packs allow. docs/adr/0011-fair-share-and-rules.md tells it in words. Everything is counted in
whole numbers and fractions: the same claims, in any order, give the same shares.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from heapq import heapify, heappop, heappush
from itertools import groupby

DAYS = 28  # that sales are counted over
GRAIN = 1024  # levels that are filled at once, per day of cover
TENTH = Decimal("0.1")

type Key = int


@dataclass(frozen=True)
class Claim:
    """What one line asks: of two lines, that with the lower key is older. `has` is what the store has
    and what is on its way there, `sold` what it sold in 28 days."""

    key: Key
    store: int
    asked: int
    has: int
    sold: int


@dataclass(frozen=True)
class _Need:
    """What one store asks of a SKU, by all its lines, beside the speed at which it fills up."""

    claims: Sequence[Claim]
    has: int
    speed: int

    def fullness(self, given: int) -> Fraction:
        """The days of cover once `given` units have come; without sales, the part of what it asked."""
        return Fraction((self.has + given) * DAYS, self.speed)

    def before(self, level: int, pack: int) -> int:
        """The units whose every piece begins under a level, which is counted in grains."""
        given = 0
        for claim in self.claims:
            room = level * self.speed - (self.has + given) * DAYS * GRAIN
            packs = min(max(-(-room // (DAYS * GRAIN * pack)), 0), claim.asked // pack)
            given += packs * pack
            if packs < claim.asked // pack:
                break
            if rest := claim.asked % pack:
                if (self.has + given) * DAYS * GRAIN >= level * self.speed:
                    break
                given += rest
        return given

    def next_piece(self, given: int, pack: int) -> int:
        """The units of the piece that follows: a whole pack, or the loose rest that was asked; 0 if
        there is none."""
        for claim in self.claims:
            if given < claim.asked:
                return min(pack, claim.asked - given)
            given -= claim.asked
        return 0


def split(available: int, claims: Iterable[Claim], pack: int) -> dict[Key, int]:
    """The units for each line: whole packs (or all that was asked), never more than asked, together
    never more than there is. Stores that sell come first; what they leave goes to the others."""
    ordered = sorted(claims, key=lambda claim: (claim.store, claim.key))
    stores = [list(group) for _store, group in groupby(ordered, key=lambda claim: claim.store)]
    selling = [_Need(own, own[0].has, own[0].sold) for own in stores if own[0].sold]
    others = [_Need(own, 0, sum(claim.asked for claim in own)) for own in stores if not own[0].sold]
    shares: dict[Key, int] = {}
    left = max(available, 0)
    for needs in (selling, others):
        given = _fill(left, needs, pack)
        left -= sum(given)
        for need, units in zip(needs, given, strict=True):
            shares |= _by_line(need, units)
    return shares


def cover_days(units: int, sold: int) -> Decimal | None:
    """How many days these units last at the speed of the last 28; None where nothing was sold."""
    if not sold:
        return None
    return (Decimal(units * DAYS) / sold).quantize(TENTH, rounding=ROUND_HALF_UP)


def _fill(available: int, needs: Sequence[_Need], pack: int) -> list[int]:
    """Give each store piece by piece, always to the emptiest that the next piece can be given to."""
    level = _highest(lambda level: sum(n.before(level, pack) for n in needs) <= available, needs)
    given = [need.before(level, pack) for need in needs]
    left = available - sum(given)
    waiting = [
        (need.fullness(units), need.claims[0].key, number)
        for number, (need, units) in enumerate(zip(needs, given, strict=True))
    ]
    heapify(waiting)
    while waiting:
        _fullness, key, number = heappop(waiting)
        piece = needs[number].next_piece(given[number], pack)
        if 0 < piece <= left:
            given[number] += piece
            left -= piece
            heappush(waiting, (needs[number].fullness(given[number]), key, number))
    return given


def _highest(fits: Callable[[int], bool], needs: Sequence[_Need]) -> int:
    """The highest level, in grains, up to which there is enough for all."""
    asked = [need.fullness(sum(claim.asked for claim in need.claims)) for need in needs]
    low, high = 0, int(max(asked, default=Fraction(0)) * GRAIN) + 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _by_line(need: _Need, units: int) -> dict[Key, int]:
    """A store's units, its oldest line first."""
    shares = {}
    for claim in need.claims:
        shares[claim.key] = min(units, claim.asked)
        units -= shares[claim.key]
    return shares

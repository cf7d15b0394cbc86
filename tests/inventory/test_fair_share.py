"""Equal days of cover: worked examples, and what must hold of any split."""

import random
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.fair_share import Claim, cover_days, split


def test_the_store_that_runs_out_first_gets_first() -> None:
    """Lyon sells 1 a day and has none, Paris 2 a day and has 8, Nice 1 a day and has 6."""
    lyon = Claim(1, store=1, asked=30, has=0, sold=28)
    paris = Claim(2, store=2, asked=30, has=8, sold=56)
    nice = Claim(3, store=3, asked=30, has=6, sold=28)
    assert split(4, [lyon, paris, nice], 1) == {1: 4, 2: 0, 3: 0}
    assert split(22, [lyon, paris, nice], 1) == {1: 9, 2: 10, 3: 3}  # nine days for each


def test_whole_packs_and_the_rest_stays_where_it_is() -> None:
    claims = [Claim(n, store=n, asked=24, has=0, sold=28) for n in (1, 2, 3)]
    assert split(40, claims, 12) == {1: 12, 2: 12, 3: 12}
    assert split(48, claims, 12) == {1: 24, 2: 12, 3: 12}  # the oldest, where all are equal


def test_a_loose_rest_that_was_asked_is_the_last_piece() -> None:
    claims = [Claim(1, 1, asked=15, has=0, sold=28), Claim(2, 2, asked=12, has=0, sold=28)]
    assert split(27, claims, 12) == {1: 15, 2: 12}
    assert split(26, claims, 12) == {1: 12, 2: 12}
    assert split(11, claims, 12) == {1: 0, 2: 0}


def test_who_sells_nothing_comes_last_and_by_what_was_asked() -> None:
    seller = Claim(1, 1, asked=10, has=500, sold=1)
    idle = [Claim(2, 2, asked=30, has=0, sold=0), Claim(3, 3, asked=10, has=0, sold=0)]
    assert split(10, [seller, *idle], 1) == {1: 10, 2: 0, 3: 0}
    assert split(30, [seller, *idle], 1) == {1: 10, 2: 15, 3: 5}


def test_two_lines_of_a_store_are_filled_the_older_first() -> None:
    lines = [Claim(7, 1, asked=5, has=0, sold=28), Claim(3, 1, asked=5, has=0, sold=28)]
    other = Claim(9, 2, asked=10, has=0, sold=28)
    assert split(12, [*lines, other], 1) == {3: 5, 7: 1, 9: 6}


def test_nothing_to_share_and_nobody_who_asks() -> None:
    claim = Claim(1, 1, asked=5, has=0, sold=28)
    assert split(0, [claim], 1) == split(-3, [claim], 1) == {1: 0}
    assert split(5, [], 1) == {}


def test_cover_in_days_has_one_place() -> None:
    assert cover_days(21, 140) == Decimal("4.2")
    assert cover_days(0, 3) == Decimal("0.0")
    assert cover_days(5, 0) is None


def test_two_thousand_requests_for_a_million_units_are_split_at_once() -> None:
    dice = random.Random(1)
    claims = [
        Claim(n, n % 700, dice.randint(1, 2_000_000), (n % 700) * 3, (n % 700) * 911 % 4_000)
        for n in range(2_000)
    ]
    began = process_time()
    shares = split(900_000_000, claims, 1)
    assert process_time() - began < 2
    assert sum(shares.values()) == 900_000_000


# How fast cases are drawn says how busy the machine is, and nothing of the split.
any_machine = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def scarce(draw: st.DrawFn) -> tuple[int, list[Claim], int]:
    """What there is, lines of a few stores (some of which ask twice), and a pack size."""
    stores = draw(
        st.lists(st.tuples(st.integers(0, 60), st.integers(0, 90)), min_size=1, max_size=7)
    )
    asked = draw(
        st.lists(
            st.tuples(st.integers(0, len(stores) - 1), st.integers(1, 80)), min_size=1, max_size=12
        )
    )
    keys = draw(st.permutations(range(1, len(asked) + 1)))
    claims = [
        Claim(key, store, units, *stores[store])
        for key, (store, units) in zip(keys, asked, strict=True)
    ]
    return draw(st.integers(0, 500)), claims, draw(st.sampled_from([1, 1, 2, 6, 12]))


def by_store(claims: list[Claim], shares: dict[int, int]) -> list[tuple[list[Claim], int]]:
    ordered = sorted(claims, key=lambda claim: (claim.store, claim.key))
    grouped = [list(own) for _store, own in groupby(ordered, key=lambda claim: claim.store)]
    return [(own, sum(shares[claim.key] for claim in own)) for own in grouped]


def pieces(own: list[Claim], pack: int) -> list[int]:
    """All that a store asks, as the pieces that can be given, in their order."""
    return [
        min(pack, claim.asked - begun) for claim in own for begun in range(0, claim.asked, pack)
    ]


def given_and_next(own: list[Claim], units: int, pack: int) -> tuple[list[int], int]:
    """The pieces that a store got, and the one it could be given next (0: it has all)."""
    got = pieces(own, pack)
    following = 0
    while sum(got) > units:
        following = got.pop()
    assert sum(got) == units
    return got, following


@any_machine
@given(scarce())
def test_never_more_than_asked_nor_than_there_is_and_in_whole_packs(
    case: tuple[int, list[Claim], int],
) -> None:
    available, claims, pack = case
    shares = split(available, claims, pack)
    assert set(shares) == {claim.key for claim in claims}
    assert sum(shares.values()) <= available
    for claim in claims:
        units = shares[claim.key]
        assert 0 <= units <= claim.asked
        assert units % pack == 0 or units == claim.asked


@any_machine
@given(scarce(), st.randoms())
def test_the_order_of_the_lines_does_not_matter(
    case: tuple[int, list[Claim], int], dice: random.Random
) -> None:
    available, claims, pack = case
    mixed = dice.sample(claims, len(claims))
    assert split(available, mixed, pack) == split(available, claims, pack)


@any_machine
@given(scarce())
def test_all_is_given_when_there_is_enough(case: tuple[int, list[Claim], int]) -> None:
    _available, claims, pack = case
    enough = sum(claim.asked for claim in claims)
    assert split(enough, claims, pack) == {claim.key: claim.asked for claim in claims}


@any_machine
@given(scarce())
def test_nothing_is_left_that_anybody_could_be_given(case: tuple[int, list[Claim], int]) -> None:
    available, claims, pack = case
    shares = split(available, claims, pack)
    left = available - sum(shares.values())
    for own, units in by_store(claims, shares):
        _got, following = given_and_next(own, units, pack)
        assert following == 0 or following > left


@any_machine
@given(scarce())
def test_no_store_got_a_pack_that_a_store_with_less_cover_should_have_got(
    case: tuple[int, list[Claim], int],
) -> None:
    """Max-min: take the last piece back from anybody, and they have no more cover than whoever still
    wants one (or it was a loose rest too small for the other)."""
    available, claims, pack = case
    shares = split(available, claims, pack)
    selling = [(own, units) for own, units in by_store(claims, shares) if own[0].sold]
    for poor, poor_units in selling:
        _got, wanted = given_and_next(poor, poor_units, pack)
        for rich, rich_units in selling:
            got, _next = given_and_next(rich, rich_units, pack)
            if not wanted or not got or got[-1] < wanted:
                continue
            before = Fraction(rich[0].has + rich_units - got[-1], rich[0].sold)
            assert before <= Fraction(poor[0].has + poor_units, poor[0].sold)


@any_machine
@given(scarce())
def test_who_sells_nothing_gets_only_what_sellers_leave(
    case: tuple[int, list[Claim], int],
) -> None:
    available, claims, pack = case
    shares = split(available, claims, pack)
    sellers = [claim for claim in claims if claim.sold]
    assert {claim.key: shares[claim.key] for claim in sellers} == split(available, sellers, pack)


@pytest.mark.parametrize("pack", [1, 6])
def test_filling_at_once_gives_what_pack_by_pack_gives(pack: int) -> None:
    """Against the rule as it is told: each time to the least cover, the oldest where it is equal."""
    dice = random.Random(7)
    for _round in range(60):
        claims = [
            Claim(n, n, dice.randint(1, 60), dice.randint(0, 40), dice.randint(1, 90))
            for n in range(1, 6)
        ]
        available = dice.randint(0, 200)
        told = {claim.key: 0 for claim in claims}
        left = available
        while True:
            takers = [
                claim for claim in claims if 0 < min(pack, claim.asked - told[claim.key]) <= left
            ]
            if not takers:
                break
            least = min(takers, key=lambda c: (Fraction(c.has + told[c.key], c.sold), c.key))
            piece = min(pack, least.asked - told[least.key])
            told[least.key] += piece
            left -= piece
        assert split(available, claims, pack) == told

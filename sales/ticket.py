"""The ticket of the sell page: what its form holds, changed by one command and priced.

A ticket lives in the page's own form, as a key and hidden rows of SKU and quantity; each scan sends it
and gets the part `ticket` back. Nothing is written until it is paid, so that a scan costs two reads and a
till that is left open costs nothing; it works without script. `static/till.js` keeps a copy in the
browser until the receipt is there, so that Reload, Back, a closed tab, an expired session or a broken
connection lose nothing. The key belongs to the ticket and travels with it: whatever is sent again under
it is one sale.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from typing import Self
from uuid import UUID, uuid4

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.lib.fields import MAX_QUANTITY
from backoffice.lib.money import ZERO
from backoffice.lib.text import normal
from sales.actions.sale import Item
from sales.queries import Article, Elsewhere, articles, elsewhere, found, scanned
from stores.models import Location

MAX_LINES = 300
QUANTITY = re.compile(r"\s*(-?[0-9]{1,20})\s*")
ROW = re.compile(r"([0-9]{1,18}):([0-9]{1,7})")
TIMES = re.compile(r"([0-9]{1,4})\s*[*×]\s*(.+)")  # 3*code is the article, three times
NOTES = (5, 10, 20, 50, 100)


@dataclass
class Line:
    """A row of the ticket; `typed` is what stands in its quantity field."""

    sku_id: int
    typed: str
    article: Article | None = None
    error: str = ""
    touched: bool = False

    @property
    def quantity(self) -> int | None:
        """The quantity, where what was typed is one."""
        whole = QUANTITY.fullmatch(self.typed)
        if whole and 1 <= int(whole[1]) <= MAX_QUANTITY:
            return int(whole[1])
        return None

    @property
    def total(self) -> Decimal | None:
        if self.article is None or self.quantity is None:
            return None
        return self.article.amounts(self.quantity).total

    def add(self, units: int) -> None:
        self.typed = str((self.quantity or 0) + units)
        self.touched = True


@dataclass
class Ticket:
    key: UUID
    lines: list[Line] = field(default_factory=list)
    removed: list[tuple[int, int]] = field(default_factory=list)  # what can be put back
    error: str = ""  # for the whole ticket
    scan: str = ""  # what was scanned and refused
    choices: list[Article] = field(default_factory=list)  # what the scanned words could mean
    given: str = ""
    given_error: str = ""
    receipt_url: str = ""  # of the sale that used this ticket's key

    @classmethod
    def new(cls) -> Self:
        return cls(key=uuid4())

    @classmethod
    def posted(cls, data: QueryDict) -> Self:
        """The ticket that a form holds; rows that no page could have sent are left out."""
        try:
            key = UUID(data.get("key", ""))
        except ValueError:
            key = uuid4()
        ticket = cls(key=key, given=data.get("given", "").strip()[:40])
        rows = zip(data.getlist("sku"), data.getlist("quantity"), strict=False)
        for sku, typed in list(rows)[:MAX_LINES]:
            if re.fullmatch(r"[0-9]{1,18}", sku):
                ticket._merge(int(sku), typed.strip()[:24])
        return ticket

    def _merge(self, sku_id: int, typed: str) -> None:
        twin = self.line(sku_id)
        quantity = Line(sku_id, typed).quantity
        if twin and twin.quantity and quantity:
            twin.add(quantity)
        elif twin is None:
            self.lines.append(Line(sku_id, typed))

    def line(self, sku_id: int) -> Line | None:
        return next((line for line in self.lines if line.sku_id == sku_id), None)

    def scan_code(self, text: str, location: Location) -> None:
        """Add what was scanned, or say why not: `error`, and `choices` where words fit several."""
        times, code = 1, "".join(char for char in normal(text) if char.isprintable())
        if many := TIMES.fullmatch(code):
            times, code = int(many[1]), many[2]
        if hit := scanned(code[:60]):
            self.add(hit[0], times * hit[1])
            return
        self.choices = [] if re.fullmatch(r"[0-9]{8,}", code) else found(location, code[:60])
        if len(self.choices) == 1:
            self.add(self.choices.pop().sku_id, times)
            return
        self.scan = code[:60]
        if self.choices:
            self.error = _("Several articles fit “%(text)s”. Choose one.") % {"text": code[:60]}
        else:
            self.error = _(
                "No article has the code “%(text)s”. Scan it again, type its name to find it, or ask"
                " head office to add the barcode."
            ) % {"text": code[:60]}

    def add(self, sku_id: int, units: int) -> None:
        if units < 1:
            self.error = _("Add at least 1 unit.")
            return
        line = self.line(sku_id)
        if line is None and len(self.lines) >= MAX_LINES:
            self.error = _("A ticket has at most %(most)d lines. Make two of it.") % {
                "most": MAX_LINES
            }
            return
        if line is None:
            line = Line(sku_id, "0")
            self.lines.append(line)
        line.add(units)

    def take(self, sku_id: int) -> None:
        """One unit less; the last one stays, `remove` takes the line."""
        line = self.line(sku_id)
        if line and (line.quantity or 0) > 1:
            line.add(-1)

    def remove(self, sku_ids: Iterable[int]) -> None:
        """Take lines off the ticket, and remember them so that they can be put back."""
        gone = [line for line in self.lines if line.sku_id in set(sku_ids)]
        self.lines = [line for line in self.lines if line not in gone]
        self.removed = [(line.sku_id, line.quantity or 1) for line in gone]

    def put_back(self, rows: Iterable[str]) -> None:
        for row in rows:
            if whole := ROW.fullmatch(row):
                self.add(int(whole[1]), int(whole[2]))

    def price(self, location: Location) -> None:
        """Read the articles and say at each line what is wrong with it."""
        known = articles(location, [line.sku_id for line in self.lines])
        if any(line.sku_id not in known for line in self.lines) and not self.error:
            self.error = _("An article of this ticket no longer exists and was taken off.")
        self.lines = [line for line in self.lines if line.sku_id in known]
        for line in self.lines:
            line.article = known[line.sku_id]
            line.error = line.error or _problem(line, line.article)
        left = {
            line.sku_id: line.article.here
            for line in self.lines
            if line.article and not line.error and line.article.here < (line.quantity or 0)
        }
        self.say_what_is_left(left, location)

    def say_what_is_left(self, left: Mapping[int, int], location: Location) -> None:
        """Say at each line that lacks something how many are left, here and elsewhere."""
        others = elsewhere(location, left.keys())
        for line in self.lines:
            if line.sku_id in left:
                there = others.get(line.sku_id, Elsewhere())
                line.error = _shortage(left[line.sku_id], there)

    @property
    def ready(self) -> bool:
        """Whether each line has a quantity that could be sold."""
        return all(line.quantity for line in self.lines)

    @property
    def items(self) -> list[Item]:
        return [Item(line.sku_id, line.quantity) for line in self.lines if line.quantity]

    @property
    def refused(self) -> bool:
        return bool(self.error or self.given_error or any(line.error for line in self.lines))

    @property
    def units(self) -> int:
        return sum(line.quantity or 0 for line in self.lines)

    @property
    def total(self) -> Decimal:
        return sum((line.total or ZERO for line in self.lines), ZERO)

    @property
    def tax(self) -> Decimal:
        return sum(
            (
                line.article.amounts(line.quantity).tax
                for line in self.lines
                if line.article and line.quantity
            ),
            ZERO,
        )

    @property
    def touched(self) -> Line | None:
        return next((line for line in self.lines if line.touched), None)

    @property
    def quick_amounts(self) -> list[Decimal]:
        return quick_amounts(self.total)


def quick_amounts(total: Decimal) -> list[Decimal]:
    """The next amounts that people hand over in notes, up to three, smallest first."""
    if not total:
        return []
    rounded = {(total / note).to_integral_value(ROUND_CEILING) * note for note in NOTES}
    return sorted(rounded - {total})[:3]


def _problem(line: Line, article: Article) -> str:
    if line.quantity is None:
        whole = QUANTITY.fullmatch(line.typed)
        if whole is None:
            return _("Type a whole number, such as 12.")
        if int(whole[1]) < 1:
            return _("Sell at least 1, or take the line off.")
        return _("Type at most %(most)d.") % {"most": MAX_QUANTITY}
    if not article.on_sale:
        return _("No longer on sale: take the line off.")
    return ""


def _shortage(available: int, others: Elsewhere) -> str:
    """`Only 2 left here. Paris has 5, Lille 3.`"""
    here = (
        ngettext("Only %(units)d left here.", "Only %(units)d left here.", available)
        if available > 0
        else _("None left here.")
    ) % {"units": available}
    places = ", ".join(f"{place} {units}" for place, units in others.most)
    there = _("Elsewhere: %(places)s.") % {"places": places}
    return f"{here} {there}" if places else here

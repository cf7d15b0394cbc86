"""What is typed on the fair-share board: a share for each line, a reason for each SKU."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from backoffice.lib.fields import QuantityField
from inventory.actions.restock import Less
from inventory.actions.stock import Quantity
from inventory.models import RestockLine
from inventory.queries.board import Block, Key, LineId

SHARE = re.compile(r"share-([0-9]{1,18})")
VERSION = re.compile(r"version-([0-9]{1,18})")
NUMBER = re.compile(r"[0-9]{1,9}")
Reason = RestockLine.Reason


@dataclass
class TypedShares:
    """The board as it was sent: `typed` as it stands in the fields, `units` what that says."""

    seen: dict[int, int] = field(default_factory=dict)
    typed: dict[LineId, str] = field(default_factory=dict)
    units: dict[LineId, Quantity] = field(default_factory=dict)
    reasons: dict[Key, str] = field(default_factory=dict)
    errors: dict[LineId, str] = field(default_factory=dict)

    def reason_of(self, key: Key) -> str:
        return self.reasons.get(key, Reason.NO_STOCK.value)

    def shares(self, blocks: Sequence[Block]) -> dict[LineId, Less]:
        """What the action takes."""
        keys = {line.pk: block.key for block in blocks for line in block.lines}
        return {
            pk: Less(units, self.reason_of(keys[pk]) if pk in keys else Reason.NO_STOCK)
            for pk, units in self.units.items()
        }


def read_shares(data: QueryDict, blocks: Sequence[Block]) -> TypedShares:
    """Read what was sent, with an error at each field that can't be."""
    sent = TypedShares()
    asked = {line.pk: line.asked for block in blocks for line in block.lines}
    for name, value in data.items():
        text = str(value)
        if (found := VERSION.fullmatch(name)) and NUMBER.fullmatch(text):
            sent.seen[int(found[1])] = int(text)
        elif found := SHARE.fullmatch(name):
            _read_share(sent, int(found[1]), text, asked)
    for block in blocks:
        reason = data.get(f"reason-{block.key[0]}-{block.key[1]}", "")
        if reason in Reason.values:
            sent.reasons[block.key] = reason
        _refuse_more_than_there_is(sent, block)
    return sent


def _read_share(
    sent: TypedShares, line: LineId, text: str, asked: Mapping[LineId, Quantity]
) -> None:
    sent.typed[line] = text
    most = {"max_value": asked[line]} if line in asked else {}
    try:
        sent.units[line] = QuantityField(min_value=0, **most).clean(text)
    except ValidationError as error:
        sent.errors[line] = " ".join(error.messages)


def _refuse_more_than_there_is(sent: TypedShares, block: Block) -> None:
    """Say at the fields that were raised (or at all of them) how many there are too many."""
    units = {line.pk: sent.units.get(line.pk, 0) for line in block.lines}
    too_many = sum(units.values()) - block.scarce.free
    if too_many <= 0:
        return
    raised = [line.pk for line in block.lines if units[line.pk] > line.proposed]
    words = _("%(units)s too many: only %(free)s are free.") % {
        "units": too_many,
        "free": block.scarce.free,
    }
    for pk in raised or units:
        sent.errors.setdefault(pk, words)


def shown_keys(data: QueryDict) -> set[Key]:
    """The SKUs, each of a warehouse, that the board showed when it was sent."""
    pairs: dict[str, Key] = defaultdict(lambda: (0, 0))
    for text in data.getlist("block"):
        warehouse, _dash, sku = text.partition("-")
        if NUMBER.fullmatch(warehouse) and NUMBER.fullmatch(sku):
            pairs[text] = (int(warehouse), int(sku))
    return set(pairs.values())

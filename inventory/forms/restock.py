"""What people type about restock requests, as the types that the actions take."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from backoffice.lib.fields import NameField, QuantityField
from inventory.actions.bulk_approval import MOST
from inventory.actions.restock import Less
from inventory.actions.stock import SkuId
from inventory.models import RestockLine
from inventory.queries.restock import LineToDecide, RequestId

NEVER_SHOWN = 0  # versions begin at 1


class Units(forms.TextInput):
    """A short field for a number of units; it keeps what was typed, be it a number or not."""

    def __init__(self) -> None:
        super().__init__(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 6})


def units_name(sku_id: SkuId) -> str:
    return f"units-{sku_id}"


def ids_from(texts: Iterable[str]) -> list[SkuId]:
    """The ids among these texts, each once; what is no id of a row is 0."""
    return list(dict.fromkeys(map(_id_or_0, texts)))


def _id_or_0(text: str) -> SkuId:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def key_or_new(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


class SeenForm(forms.Form):
    """A decision on what was shown: the version of the request that the page was made from."""

    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def seen(self) -> int | None:
        """The version that the page told, if it told one; what is no version was never shown."""
        return self.cleaned_data["version"] if self.is_valid() else -1

    def decision(self) -> dict[str, Any]:
        return {"seen": self.cleaned_data["version"]}


def shown_from(text: str) -> dict[RequestId, int]:
    """The requests that a page showed, each in its version, as `12:1 13:4`; a version that is none
    is one that was never shown."""
    shown = {}
    for word in text.split()[:MOST]:
        request_id, colon, version = word.partition(":")
        if known := _id_or_0(request_id):
            shown[known] = _id_or_0(version) if colon else NEVER_SHOWN
    return shown


class BulkApprovalForm(forms.Form):
    """The confirmation of many requests, with the key that makes a double submit one."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def requests(self) -> dict[RequestId, int]:
        return shown_from(self.cleaned_data["shown"])


class RefuseForm(SeenForm):
    reason = NameField(
        label=_("Reason of the refusal"), max_length=500, help_text=_("The store reads it.")
    )

    def decision(self) -> dict[str, Any]:
        return super().decision() | {"reason": self.cleaned_data["reason"]}


class ApproveLessForm(SeenForm):
    """Units and a reason for each line; at first what the warehouse can send."""

    def __init__(self, *args: Any, lines: Sequence[LineToDecide], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [entry.line for entry in lines]
        for entry in lines:
            line = entry.line
            self.fields[f"units-{line.sku_id}"] = QuantityField(
                min_value=0,
                max_value=line.asked,
                initial=entry.can_send,
                label=_("Units of %(product)s to approve") % {"product": line.sku},
                widget=Units(),
            )
            self.fields[f"reason-{line.sku_id}"] = forms.ChoiceField(
                choices=[("", _("as asked")), *RestockLine.Reason.choices],
                required=False,
                initial=RestockLine.Reason.NO_STOCK if entry.is_short else "",
                label=_("Why less of %(product)s") % {"product": line.sku},
            )

    def clean(self) -> None:
        for line in self.lines:
            units = self.cleaned_data.get(f"units-{line.sku_id}")
            if units is not None and units < line.asked and not self._reason(line):
                self.add_error(f"reason-{line.sku_id}", _("Say why less is approved."))

    def decision(self) -> dict[str, Any]:
        less = {
            line.sku_id: Less(self.cleaned_data[f"units-{line.sku_id}"], self._reason(line))
            for line in self.lines
        }
        return super().decision() | {"less": less}

    def units_of(self, line: RestockLine) -> BoundField:
        return self[f"units-{line.sku_id}"]

    def reason_of(self, line: RestockLine) -> BoundField:
        return self[f"reason-{line.sku_id}"]

    def _reason(self, line: RestockLine) -> str:
        return self.cleaned_data.get(f"reason-{line.sku_id}") or ""

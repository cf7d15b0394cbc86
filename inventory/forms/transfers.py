"""What people type about transfers, as the types that the actions take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backoffice.lib.fields import NameField, QuantityField
from inventory.actions.arrival import Counted, Fate
from inventory.actions.stock import SkuId
from inventory.forms.restock import SeenForm, Units, units_name
from inventory.models import RestockLine, Sku, TransferCountLine, TransferLine
from stores.models import Location
from stores.models.location import LocationQuerySet

NO_REASON = ("", _("why?"))
REASONS = [NO_REASON, *RestockLine.Reason.choices]


class TypedUnits(Units):
    """Units whose change is sent at once by the page (static/scan.js)."""

    def __init__(self) -> None:
        super().__init__()
        self.attrs |= {"data-typed": ""}


class CountForm(forms.Form):
    """What was counted of each line that is in transit, and what of it is rejected, and why."""

    note = NameField(label=_("Remark"), required=False, max_length=500)

    def __init__(
        self,
        *args: Any,
        lines: Sequence[TransferLine],
        counted: dict[int, TransferCountLine],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        self.before = {line.sku_id: _said(counted.get(line.pk)) for line in lines}
        for line in lines:
            self._ask(line, self.before[line.sku_id])

    def _ask(self, line: TransferLine, before: Counted) -> None:
        product = {"product": line.sku}
        self.fields[f"count-{line.sku_id}"] = QuantityField(
            min_value=0,
            initial=before.received,
            label=_("Units of %(product)s that arrived") % product,
            widget=TypedUnits(),
        )
        self.fields[f"reject-{line.sku_id}"] = QuantityField(
            min_value=0,
            required=False,
            initial=before.rejected or "",
            label=_("Units of %(product)s that are rejected") % product,
            widget=TypedUnits(),
        )
        self.fields[f"reason-{line.sku_id}"] = forms.ChoiceField(
            choices=REASONS,
            required=False,
            initial=before.reason,
            label=_("Why units of %(product)s are rejected") % product,
            widget=forms.Select(attrs={"data-typed": ""}),
        )

    def was(self, sku_id: SkuId) -> str:
        """What the page shows of a line, to tell what was typed since."""
        before = self.before[sku_id]
        return f"{before.received}/{before.rejected}/{before.reason}"

    def typed(self) -> dict[SkuId, Counted]:
        """What was typed: another page may have counted other lines meanwhile."""
        found = {}
        for line in self.lines:
            pk = line.sku_id
            received = self.cleaned_data[f"count-{pk}"]
            rejected = self.cleaned_data[f"reject-{pk}"] or 0
            reason = self.cleaned_data[f"reason-{pk}"]
            if f"{received}/{rejected}/{reason}" != self.data.get(f"was-{pk}"):
                found[pk] = Counted(received, rejected, reason)
        return found

    def fields_of(self, sku_id: SkuId) -> tuple[BoundField, BoundField, BoundField]:
        return (self[f"count-{sku_id}"], self[f"reject-{sku_id}"], self[f"reason-{sku_id}"])


def _said(one: TransferCountLine | None) -> Counted:
    return Counted(one.received, one.rejected, one.reason) if one else Counted(0)


class NewTransferForm(forms.Form):
    """Where goods go from and to; the first article makes it a draft."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    source = forms.ModelChoiceField(
        Location.objects.none(),
        label=pgettext_lazy("place", "From"),
        to_field_name="code",
        empty_label=_("choose"),
    )
    destination = forms.ModelChoiceField(
        Location.objects.none(),
        label=pgettext_lazy("place", "To"),
        to_field_name="code",
        empty_label=_("choose"),
    )

    def __init__(
        self, *args: Any, sources: LocationQuerySet, destinations: LocationQuerySet, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = sources  # type: ignore[attr-defined]
        self.fields["destination"].queryset = destinations  # type: ignore[attr-defined]

    def clean(self) -> None:
        source = self.cleaned_data.get("source")
        if source is not None and source == self.cleaned_data.get("destination"):
            self.add_error("destination", _("Choose another place: the goods are there already."))


class DraftForm(SeenForm):
    """The units of each SKU of a draft, in the order in which they were added."""

    note = NameField(label=_("Note"), required=False, max_length=500)

    def __init__(
        self, *args: Any, skus: Sequence[Sku], units: Mapping[SkuId, int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.skus = skus
        for sku in skus:
            self.fields[units_name(sku.pk)] = QuantityField(
                label=_("Units of %(product)s") % {"product": sku},
                initial=units.get(sku.pk),
                widget=TypedUnits(),
            )

    def wanted(self) -> dict[SkuId, int]:
        return {sku.pk: self.cleaned_data[units_name(sku.pk)] for sku in self.skus}

    def units_of(self, sku: Sku) -> BoundField:
        return self[units_name(sku.pk)]


class RemarkForm(forms.Form):
    text = NameField(label=_("Remark"), max_length=500)


@dataclass(frozen=True)
class RestRow:
    line: TransferLine
    fate: BoundField
    units: BoundField
    reason: BoundField


class RestForm(SeenForm):
    """What became of what is still in transit: each line stays, came back, or is written off."""

    FATES = (
        ("", pgettext_lazy("rest of a transfer", "stays in transit")),
        ("came_back", pgettext_lazy("rest of a transfer", "came back")),
        ("written_off", pgettext_lazy("rest of a transfer", "written off")),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    note = NameField(label=_("Remark"), required=False, max_length=500)

    def __init__(self, *args: Any, lines: Sequence[TransferLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [line for line in lines if line.in_transit]
        for line in self.lines:
            product = {"product": line.sku}
            self.fields[f"fate-{line.sku_id}"] = forms.ChoiceField(
                choices=self.FATES, required=False, label=_("What became of %(product)s") % product
            )
            self.fields[f"units-{line.sku_id}"] = QuantityField(
                max_value=line.in_transit,
                initial=line.in_transit,
                label=_("Units of %(product)s") % product,
                widget=Units(),
            )
            self.fields[f"reason-{line.sku_id}"] = forms.ChoiceField(
                choices=REASONS, required=False, label=_("Why, for %(product)s") % product
            )

    def clean(self) -> None:
        chosen = [line for line in self.lines if self.cleaned_data.get(f"fate-{line.sku_id}")]
        if not chosen:
            raise forms.ValidationError(_("Say of at least one product what became of it."))
        for line in chosen:
            if not self.cleaned_data.get(f"reason-{line.sku_id}"):
                self.add_error(f"reason-{line.sku_id}", _("Say why it will not arrive."))

    def fates(self) -> dict[SkuId, Fate]:
        found = {}
        for line in self.lines:
            fate = self.cleaned_data[f"fate-{line.sku_id}"]
            units = {fate: self.cleaned_data[f"units-{line.sku_id}"]}
            if fate:
                found[line.sku_id] = Fate(
                    **units, reason=self.cleaned_data[f"reason-{line.sku_id}"]
                )
        return found

    def rows(self) -> list[RestRow]:
        return [
            RestRow(line, *(self[f"{name}-{line.sku_id}"] for name in ("fate", "units", "reason")))
            for line in self.lines
        ]

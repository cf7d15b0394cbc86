from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.lib.fields import NameField, QuantityField
from inventory.actions.stock import Quantity, SkuId
from inventory.forms.restock import Units, units_name
from inventory.models import Sku, StockAdjustment
from inventory.queries.policies import Figures

THRESHOLDS = ("reorder_point", "target", "maximum")


class ThresholdForm(forms.Form):
    """What is stated for a SKU at one place; what stays empty is inherited."""

    reorder_point = QuantityField(
        label=_("Reorder point"),
        min_value=0,
        required=False,
        widget=Units(),
        help_text=_("At this many available units or fewer, the stock is low. 0: never."),
    )
    target = QuantityField(
        label=_("Target"),
        min_value=0,
        required=False,
        widget=Units(),
        help_text=_("A restock request suggests to fill up to it."),
    )
    maximum = QuantityField(
        label=_("Maximum"),
        min_value=0,
        required=False,
        widget=Units(),
        help_text=_("A suggestion never passes it. 0: there is none."),
    )

    def __init__(self, *args: Any, figures: Figures, **kwargs: Any) -> None:
        stated = {name: figures[name].value for name in THRESHOLDS if figures[name].is_stated}
        kwargs["initial"] = stated
        super().__init__(*args, **kwargs)
        self.inherited = [figure for name, figure in figures.items() if name not in THRESHOLDS]
        for name in THRESHOLDS:
            if not figures[name].is_stated:
                grey = {"inherited": figures[name].shown, "origin": figures[name].origin}
                words = _("%(inherited)s (%(origin)s)") % grey
                self.fields[name].widget.attrs["placeholder"] = words

    def clean(self) -> None:
        point, target, maximum = (self.cleaned_data.get(name) for name in THRESHOLDS)
        if point and target is not None and target < point:
            self.add_error("target", _("The target lies above the reorder point."))
        if maximum and target is not None and maximum < target:
            self.add_error("maximum", _("The maximum lies above the target. 0: there is none."))


class AdjustmentForm(forms.Form):
    """Why stock is put right, and the units of each SKU."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label=_("What happened"), choices=[("", _("Choose…")), *StockAdjustment.Reason.choices]
    )
    note = NameField(
        label=_("Note"),
        required=False,
        max_length=200,
        help_text=_("Such as the delivery note's number, or who found it."),
    )

    def __init__(self, *args: Any, skus: Sequence[Sku], missing: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.skus, self.missing = skus, missing
        for sku in skus:
            self.fields[units_name(sku.pk)] = QuantityField(
                label=_("Units of %(product)s") % {"product": sku}, widget=Units()
            )

    def clean(self) -> None:
        if self.missing:
            raise forms.ValidationError(
                ngettext(
                    "%(count)s product of this list doesn't exist; it was taken off.",
                    "%(count)s products of this list don't exist; they were taken off.",
                    self.missing,
                )
                % {"count": self.missing}
            )
        if not self.skus:
            raise forms.ValidationError(_("Add at least one product."))

    def rows(self) -> list[tuple[Sku, BoundField]]:
        return [(sku, self[units_name(sku.pk)]) for sku in self.skus]

    def head(self) -> list[BoundField]:
        return [self["reason"], self["note"]]

    def renew_key(self) -> None:
        """Let the form be sent as one more adjustment."""
        self.data = {**self.data.dict(), "key": str(uuid4())}  # type: ignore[attr-defined]

    def quantities(self) -> dict[SkuId, Quantity]:
        return {sku.pk: self.cleaned_data[units_name(sku.pk)] for sku in self.skus}

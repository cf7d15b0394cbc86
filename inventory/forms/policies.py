"""What people type about policies: which ones, and what they are to state."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from backoffice.lib.fields import QuantityField
from backoffice.lib.text import Words
from inventory.actions.policy import MOST_SCOPES, Scope
from inventory.actions.settle import FIELDS
from inventory.forms.restock import Units
from inventory.models import Category, Sku, StockPolicy
from stores.models import Location

LEAVE = _("leave as it is")
MOST_DAYS = 365


def _units(label: Words, help_text: Words = "") -> QuantityField:
    return QuantityField(
        label=label, min_value=0, required=False, widget=Units(), help_text=help_text
    )


def _days(label: Words) -> QuantityField:
    return QuantityField(
        label=label, min_value=0, max_value=MOST_DAYS, required=False, widget=Units()
    )


class PolicyForm(forms.Form):
    """Which policies, and what they state from now on: what stays empty is left as it is."""

    place = forms.ModelChoiceField(
        Location.objects.inner().kept(),
        label=_("Place"),
        to_field_name="code",
        required=False,
        empty_label=_("every place"),
    )
    category = forms.ModelChoiceField(
        Category.objects.all(), label=_("Category"), required=False, empty_label=_("everything")
    )
    q = forms.CharField(
        label=_("Only these SKUs"),
        required=False,
        max_length=200,
        help_text=_("Name, code or barcode: each SKU found gets a policy of its own."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    reorder_point = _units(
        _("Reorder point"), _("At this many available units or fewer, the stock is low. 0: never.")
    )
    target = _units(_("Target"), _("A suggestion fills up to it."))
    maximum = _units(_("Maximum"), _("A suggestion never passes it. 0: there is none."))
    basis = forms.ChoiceField(
        label=_("Desired stock"),
        required=False,
        choices=[("", LEAVE), *StockPolicy.Basis.choices],
        help_text=_("By rate: what is sold in the lead time and until the next request."),
    )
    warehouse_id = forms.ModelChoiceField(
        Location.objects.warehouses().active(),
        label=_("Logistics centre"),
        required=False,
        empty_label=LEAVE,
    )
    lead_days = _days(_("Lead time in days"))
    review_days = _days(_("Days between requests"))

    def __init__(self, *args: Any, rows: Iterable[StockPolicy] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = list(rows)
        for name in FIELDS:
            self.fields[f"inherit_{name}"] = forms.BooleanField(
                label=_("Inherit again"), required=False
            )
        if self.rows:
            for name in ("place", "category", "q"):
                del self.fields[name]

    def choice(self) -> list[BoundField]:
        return [] if self.rows else [self["place"], self["category"], self["q"]]

    def statements(self) -> list[tuple[BoundField, BoundField]]:
        return [(self[name], self[f"inherit_{name}"]) for name in FIELDS]

    def clean(self) -> None:
        data = self.cleaned_data
        for name in FIELDS:
            if data.get(name) not in (None, "") and data.get(f"inherit_{name}"):
                self.add_error(name, _("Either state it or inherit it."))
        if not self.errors and not self.stated():
            raise forms.ValidationError(_("Say what these policies are to state."))
        point, target, maximum = (data.get(n) for n in ("reorder_point", "target", "maximum"))
        if point is not None and target is not None and target < point:
            self.add_error("target", _("The target lies above the reorder point."))
        if maximum and target is not None and maximum < target:
            self.add_error("maximum", _("The maximum lies above the target. 0: there is none."))
        if not self.errors and not self.scopes():
            self.add_error("q", _("No SKU is called so."))

    def stated(self) -> dict[str, int | str | None]:
        """What is to be stated, by field; `None`: inherited again."""
        said: dict[str, int | str | None] = {}
        for name in FIELDS:
            value = self.cleaned_data.get(name)
            if self.cleaned_data.get(f"inherit_{name}"):
                said[name] = None
            elif value not in (None, ""):
                said[name] = value.pk if isinstance(value, Location) else value
        return said

    def scopes(self) -> list[Scope]:
        """What the policies are of, one more than may be changed at once at the most."""
        if self.rows:
            return [Scope(row.location_id, row.category_id, row.sku_id) for row in self.rows]
        place, category = self.cleaned_data.get("place"), self.cleaned_data.get("category")
        words = self.cleaned_data.get("q")
        place_id = place.pk if place else None
        if not words:
            return [Scope(place_id, category.pk if category else None)]
        skus = Sku.objects.search(words).order_by("pk")
        if category:
            skus = skus.filter(product__category=category)
        found = skus.values_list("pk", flat=True)[: MOST_SCOPES + 1]
        return [Scope(place_id, sku_id=sku_id) for sku_id in found]

    def fingerprint(self, levels: int) -> str:
        """What a confirmation is of: another choice, or another effect, asks again."""
        said = repr((self.scopes(), sorted(self.stated().items()), levels))
        return hashlib.sha256(said.encode()).hexdigest()

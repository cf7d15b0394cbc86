"""What people type on the page of a draft, as the types that its actions take."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from backoffice.lib.fields import NameField, QuantityField
from inventory.actions.stock import Quantity, SkuId
from inventory.errors import SnoozeInThePast
from inventory.forms.restock import ids_from
from stores.models import Location

UNITS, WAS = "units-", "was-"


class DraftForm(forms.Form):
    """The key of the draft that was shown, and of its lines those whose units are no longer what was
    shown: what a person left alone may be changed by a colleague meanwhile."""

    key = forms.UUIDField(required=False)
    note = NameField(required=False, max_length=500)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        names = [name for name in data if name.startswith(UNITS)]
        for sku_id in ids_from(name.removeprefix(UNITS) for name in names):
            if data.get(f"{UNITS}{sku_id}") != data.get(f"{WAS}{sku_id}"):
                self.fields[f"{UNITS}{sku_id}"] = QuantityField()

    def changed(self) -> dict[SkuId, Quantity]:
        """The lines that were changed to a number of units."""
        self.is_valid()
        return {
            int(name.removeprefix(UNITS)): value
            for name, value in self.cleaned_data.items()
            if name.startswith(UNITS)
        }

    def wrong(self) -> dict[SkuId, tuple[str, str]]:
        """The lines with something else than units: what was typed, and what to type."""
        return {
            int(name.removeprefix(UNITS)): (self.data[name], " ".join(map(str, errors)))
            for name, errors in self.errors.items()
            if name.startswith(UNITS)
        }

    def new_note(self) -> str | None:
        """The note, if it was changed to one that can be kept."""
        self.is_valid()
        note: Any = self.cleaned_data.get("note")
        return None if self.data.get("note") == self.data.get("was-note") else note


class TemplateForm(forms.Form):
    """The name of a template."""

    name = NameField(max_length=80)


class SuggestedForm(forms.Form):
    """The suggestions that were ticked, each with its units."""

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        for sku_id in self.ticked():
            self.fields[f"{UNITS}{sku_id}"] = QuantityField()

    def ticked(self) -> list[SkuId]:
        return ids_from(self.data.getlist("sku"))  # type: ignore[attr-defined]

    def clean(self) -> None:
        if not self.ticked():
            raise forms.ValidationError(_("Tick what you want to add."))

    def chosen(self) -> dict[SkuId, Quantity]:
        return {sku_id: self.cleaned_data[f"{UNITS}{sku_id}"] for sku_id in self.ticked()}

    def wrong(self) -> dict[SkuId, tuple[str, str]]:
        return {
            sku_id: (self.data.get(f"{UNITS}{sku_id}", ""), " ".join(map(str, self.errors[name])))
            for sku_id in self.ticked()
            if (name := f"{UNITS}{sku_id}") in self.errors
        }

    def summary(self) -> str:
        """What is wrong with the form as a whole."""
        if self.wrong():
            return str(_("Some units are no whole numbers: nothing was added."))
        return " ".join(map(str, self.non_field_errors()))


class SnoozeForm(forms.Form):
    """The day until which a suggestion is put off: a week from today, where none is typed."""

    until = forms.DateField(required=False)

    def __init__(self, data: QueryDict, *, store: Location) -> None:
        super().__init__(data)
        self.store = store

    @staticmethod
    def first_day(store: Location) -> date:
        return store.local_day() + timedelta(days=1)

    def day(self) -> date:
        if not self.is_valid():
            raise SnoozeInThePast
        return self.cleaned_data["until"] or self.store.local_day() + timedelta(days=7)

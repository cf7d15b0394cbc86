"""The filters that reports share: a native control each, which offers the reader's places and people by
name, and what a chosen value is called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.lib.fields import NameField, PlainCheckboxes, PlainSelect, SeveralField
from backoffice.reports.definition import Definition
from backoffice.reports.names import labelled
from backoffice.reports.table import Words
from inventory.models import Category, Sku
from sales.models import Sale
from stores.models import Location, User

ANY = ("", gettext_lazy("all"))
NAMED_AT_MOST = 4


class StoresField(SeveralField):
    """Some of the reader's places by their codes; none means all of them."""

    widget = PlainCheckboxes

    def __init__(self, places: Sequence[Location]) -> None:
        kept = [(place.code, place.name) for place in places if not place.archived_at]
        super().__init__(choices=labelled(kept), required=False, label=_("Stores"))
        self.codes = [code for code, _name in kept]


class ProductField(NameField):
    """An article by its code, a barcode or words of its name; its code."""

    def __init__(self) -> None:
        super().__init__(required=False, label=gettext_lazy("Product"), max_length=100)
        self.widget.attrs["placeholder"] = gettext_lazy("Name or code")

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        if sku := Sku.objects.scanned(text).first():
            return sku.code
        found = list(Sku.objects.search(text).select_related("product")[: NAMED_AT_MOST + 1])
        if len(found) == 1:
            return found[0].code
        if not found:
            raise forms.ValidationError(_("No product has this name or code."))
        named = ", ".join(f"{sku} ({sku.code})" for sku in found[:NAMED_AT_MOST])
        raise forms.ValidationError(
            _("Several products are called so: %(named)s … Type the code of one.")
            % {"named": named}
        )


@dataclass(frozen=True)
class Filter:
    """One filter: its label, its control for somebody who sees these places, its values in words."""

    label: Words
    field: Callable[[Sequence[Location]], forms.Field | None]
    in_words: Callable[[tuple[str, ...]], str]


def _choice(choices: Callable[[], Iterable[tuple[str, Words]]], label: str) -> forms.Field:
    """One of the choices, or none. They are looked for when they are shown, or when one was chosen."""
    return forms.ChoiceField(
        choices=lambda: [ANY, *choices()], required=False, label=label, widget=PlainSelect
    )


def _stores(places: Sequence[Location]) -> forms.Field | None:
    return StoresField(places) if len(places) > 1 else None


def _store_names(codes: tuple[str, ...]) -> str:
    names = Location.objects.filter(code__in=codes).values_list("name", flat=True)
    return ", ".join(names)


def _categories(places: Sequence[Location]) -> forms.Field:
    found = Category.objects.values_list("slug", "name")
    return _choice(lambda: found, _("Category"))


def _category_name(values: tuple[str, ...]) -> str:
    names = dict(Category.objects.filter(slug__in=values).values_list("slug", "name"))
    return ", ".join(names.get(value, value) for value in values)


def _product_name(values: tuple[str, ...]) -> str:
    skus = Sku.objects.filter(code__in=values).select_related("product")
    names = {sku.code: f"{sku} ({sku.code})" for sku in skus}
    return ", ".join(names.get(value, value) for value in values)


def _channels(places: Sequence[Location]) -> forms.Field:
    return _choice(lambda: Sale.Channel.choices, _("Channel"))


def _channel_name(values: tuple[str, ...]) -> str:
    names = dict(Sale.Channel.choices)
    return ", ".join(str(names.get(value, value)) for value in values)


def _clerks(places: Sequence[Location]) -> forms.Field:
    people = User.objects.filter(memberships__location__in=places).order_by("name", "email")
    named = people.distinct().values_list("email", "name")
    return _choice(lambda: labelled((email, name or email) for email, name in named), _("Sold by"))


def _clerk_name(values: tuple[str, ...]) -> str:
    chosen = User.objects.filter(email__in=values).exclude(name="")
    namesakes = User.objects.filter(name__in=chosen.values("name"))
    names = dict(labelled((person.email, str(person)) for person in namesakes))
    return ", ".join(names.get(value, value) for value in values)


FILTERS: dict[str, Filter] = {
    "store": Filter(gettext_lazy("Stores"), _stores, _store_names),
    "category": Filter(gettext_lazy("Category"), _categories, _category_name),
    "product": Filter(gettext_lazy("Product"), lambda places: ProductField(), _product_name),
    "channel": Filter(gettext_lazy("Channel"), _channels, _channel_name),
    "clerk": Filter(gettext_lazy("Sold by"), _clerks, _clerk_name),
}


def filter_fields(definition: Definition, places: Sequence[Location]) -> dict[str, forms.Field]:
    """The controls of the filters that this report has, in its order."""
    made = {name: FILTERS[name].field(places) for name in definition.filters}
    fields = {name: field for name, field in made.items() if field is not None}
    for name, choices in definition.choices.items():
        fields[name] = forms.ChoiceField(
            choices=list(choices.options.items()),
            label=str(choices.label),
            required=False,
            initial=choices.default,
        )
    return fields


def filter_in_words(definition: Definition, name: str, values: tuple[str, ...]) -> tuple[str, str]:
    """The label of a filter that is set, and what it is set to."""
    if own := definition.choices.get(name):
        return str(own.label), ", ".join(str(own.options.get(value, value)) for value in values)
    known = FILTERS.get(name)
    return (str(known.label), known.in_words(values)) if known else (name, ", ".join(values))

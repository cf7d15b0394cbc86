"""Shapes of what customers type."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.lib.fields import NameField, QuantityField
from shop.actions.cart import MAX_OF_ONE
from shop.models import Address, Customer, Order
from stores.models import Location


class AddForm(forms.Form):
    sku = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    quantity = QuantityField(label=_("Quantity"), max_value=MAX_OF_ONE, initial=1)


class LineForm(forms.Form):
    quantity = QuantityField(label=_("Quantity"), min_value=0, max_value=MAX_OF_ONE)


class PageForm(forms.Form):
    """The page number of a list; anything else is the first page."""

    page = forms.IntegerField(min_value=1, max_value=10_000, required=False)

    def number(self) -> int:
        return (self.is_valid() and self.cleaned_data["page"]) or 1


class SearchForm(forms.Form):
    q = forms.CharField(max_length=80, required=False)


class AddressForm(forms.Form):
    name = NameField(label=_("Name"), max_length=120)
    street = NameField(label=_("Street and number"), max_length=200)
    postcode = NameField(label=_("Postcode"), max_length=12)
    city = NameField(label=_("City"), max_length=80)
    country = forms.ChoiceField(
        label=_("Country"), choices=Address.Country, initial=Address.Country.FRANCE
    )

    AUTOCOMPLETE = {
        "name": "name",
        "street": "street-address",
        "postcode": "postal-code",
        "city": "address-level2",
        "country": "country",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in self.AUTOCOMPLETE.items():
            self.fields[name].widget.attrs["autocomplete"] = words


class DeliveryForm(AddressForm):
    """How an order is to reach its customer; `key` and `shown` come from the page itself."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    shown = forms.CharField(max_length=32, widget=forms.HiddenInput)
    delivery = forms.ChoiceField(
        label=_("Delivery"),
        choices=Order.Delivery,
        error_messages={"required": _("Choose how you want to get your order.")},
    )
    store = forms.ModelChoiceField(
        queryset=Location.objects.stores().active(),
        required=False,
        label=_("Store"),
        error_messages={"invalid_choice": _("Choose one of the stores in the list.")},
    )
    address = forms.ModelChoiceField(
        queryset=Address.objects.none(),
        required=False,
        label=_("Address"),
        empty_label=_("Another address"),
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        address = self.fields["address"]
        assert isinstance(address, forms.ModelChoiceField)
        address.queryset = Address.objects.filter(customer=customer)
        for name in self.AUTOCOMPLETE:
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("delivery") == Order.Delivery.COLLECT:
            if not data.get("store") and "store" not in self.errors:
                self.add_error("store", _("Choose the store to collect in."))
        elif self.has_new_address:
            for name in self.AUTOCOMPLETE:
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, self.fields[name].error_messages["required"])
        return data

    @property
    def has_new_address(self) -> bool:
        """Whether the order goes home, to an address that was typed here."""
        return (
            self.cleaned_data.get("delivery") == Order.Delivery.HOME
            and "address" not in self.errors
            and self.cleaned_data.get("address") is None
        )

    def new_address(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.AUTOCOMPLETE}


class PaymentForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput)

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.lib.fields import MoneyFormField, NameField, ParagraphsField, QuantityField
from inventory.actions.catalogue import NewSku
from inventory.models import Category, Product, Sku, TaxRate
from inventory.queries.tax_rates import rates_to_choose

MAX_UNITS = 10_000  # in a pack, or by one scan


class NameForm(forms.Form):
    name = NameField(label=_("Name"), widget=forms.TextInput(attrs={"data-focus": ""}))


class DescriptionForm(forms.Form):
    description = ParagraphsField(
        label=_("Description"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "data-focus": ""}),
    )


class PriceForm(forms.Form):
    price = MoneyFormField(label=_("Price"))
    price.widget.attrs |= {"data-focus": "", "size": 8, "class": "number"}


class ProductForm(forms.Form):
    """Everything of a product but its SKUs."""

    name = NameField(label=_("Name"))
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.all(), empty_label=_("Choose…")
    )
    tax_rate = forms.ModelChoiceField(
        label=_("Tax rate"), queryset=rates_to_choose(), empty_label=_("Choose…")
    )
    description = ParagraphsField(
        label=_("Description"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What the customer reads in the shop."),
    )
    is_active = forms.BooleanField(
        label=_("On sale"),
        required=False,
        help_text=_("Switched off, it leaves the shop, the tills and restock requests."),
    )

    @classmethod
    def of(cls, product: Product, data: Any) -> "ProductForm":
        """The form of a product as it is."""
        names = ("name", "category", "tax_rate", "description", "is_active")
        return cls(data, initial={name: getattr(product, name) for name in names})


class SkuForm(forms.Form):
    """A SKU; its barcodes have a form of their own."""

    code = NameField(
        label=_("Code"),
        max_length=40,
        help_text=_("Short and unique, such as CAF-1KG: people type it, scanners read it."),
    )
    variant = NameField(
        label=_("Variant"),
        max_length=80,
        required=False,
        help_text=_("Such as “red” or “1 kg”. Empty, if the product has one SKU only."),
    )
    price = MoneyFormField(label=_("Price"))
    cost = MoneyFormField(
        label=_("Cost"), required=False, help_text=_("What one unit costs us, without tax.")
    )
    pack_size = QuantityField(
        label=_("Pack size"),
        max_value=MAX_UNITS,
        initial=1,
        help_text=_("Units in a pack: restock requests suggest whole packs."),
    )

    def clean_cost(self) -> Decimal:
        return self.cleaned_data["cost"] or Decimal(0)


class NewSkuForm(SkuForm):
    barcode = NameField(
        label=_("Barcode"),
        max_length=48,
        required=False,
        help_text=_("Scan it here. More barcodes can be added later."),
    )

    def new_sku(self) -> NewSku:
        return NewSku(**{name: self.cleaned_data[name] for name in NewSkuForm.base_fields})


class EditSkuForm(SkuForm):
    is_active = forms.BooleanField(label=_("On sale"), required=False)

    @classmethod
    def of(cls, sku: Sku, data: Any) -> "EditSkuForm":
        """The form of a SKU as it is."""
        return cls(data, initial={name: getattr(sku, name) for name in cls.base_fields})


class NewProductForm(ProductForm, NewSkuForm):
    """A product with its first SKU."""

    field_order = ["name", "category", "tax_rate", "price", "code", "barcode", "variant"]
    is_active = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tax_rate"].initial = TaxRate.objects.filter(is_usual=True).first()


class BarcodeForm(forms.Form):
    code = NameField(label=_("Barcode"), max_length=48)
    units = QuantityField(
        label=_("Units per scan"),
        max_value=MAX_UNITS,
        initial=1,
        help_text=_("6 for a box of six."),
    )


class CategoryForm(forms.Form):
    name = NameField(label=_("Name"), max_length=80)
    position = QuantityField(
        label=_("Position"),
        min_value=0,
        max_value=1000,
        initial=0,
        help_text=_("Small numbers stand first in the shop."),
    )

from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from backoffice.lib.fields import MoneyFormField, NameField
from inventory.models import TaxRate
from inventory.queries.tax_rates import rates_to_choose


class TaxRateForm(forms.Form):
    """What can change about a rate: its name, and whether it is offered first."""

    name = NameField(
        label=_("Name"),
        max_length=40,
        help_text=_("As it stands in the form of a product, such as VAT 20 %."),
    )
    is_usual = forms.BooleanField(
        label=_("Usual rate"),
        required=False,
        help_text=_("Offered first in the form of a new product."),
    )


class NewTaxRateForm(TaxRateForm):
    rate = MoneyFormField(
        label=_("Rate, in per cent"),
        help_text=_("Such as 20 or 5.5. It can't be changed later: a new rate takes its place."),
        validators=[MaxValueValidator(Decimal(100), _("Type at most %(limit_value)s."))],
    )
    field_order = ["name", "rate", "is_usual"]


class EndTaxRateForm(forms.Form):
    instead = forms.ModelChoiceField(
        label=_("Its products take"),
        queryset=rates_to_choose(),
        required=False,
        empty_label=_("Choose…"),
    )

    def __init__(self, *args: Any, ended: TaxRate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instead"].queryset = rates_to_choose().exclude(pk=ended.pk)  # type: ignore[attr-defined]

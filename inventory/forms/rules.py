from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.lib.fields import MoneyFormField, QuantityField
from inventory.models import ApprovalRule
from stores.models import Location


class ApprovalRuleForm(forms.Form):
    """When a worker may approve without a person."""

    is_on = forms.BooleanField(
        label=_("Approve by this rule"),
        required=False,
        help_text=_(
            "A request is approved as asked if each line is what Comptoir suggested, unchanged by"
            " hand, if there is enough for all who ask, and within the limits below."
        ),
    )
    max_value = MoneyFormField(
        label=_("Worth at most"),
        help_text=_("What the request asks for, at cost. With 0, only goods without cost pass."),
    )
    min_cover_days = QuantityField(
        label=_("Days of cover that the logistics centre keeps"),
        min_value=0,
        max_value=365,
        help_text=_(
            "Of each article, afterwards, at the speed at which it left for stores and online"
            " customers in the last 28 days. With 0, it may send its last unit."
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def stated(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: self.cleaned_data[name] for name in ("is_on", "max_value", "min_cover_days")}

    def as_rule(self, location: Location | None) -> ApprovalRule:
        return ApprovalRule(location=location, **self.stated())

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from backoffice.rights.labels import COLUMNS
from stores.models import Role


def _choices() -> list[tuple[str, str]]:
    words = {**COLUMNS, **{role.value: role.label for role in Role}}
    return [("", str(_("all"))), *((name, capfirst(str(label))) for name, label in words.items())]


class RightsForm(forms.Form):
    q = forms.CharField(
        label=_("Page or address"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    role = forms.ChoiceField(label=_("Role"), required=False, choices=_choices)

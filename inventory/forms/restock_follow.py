"""What people type about a request that was made."""

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.lib.fields import NameField


class CommentForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput)
    text = NameField(
        label=_("Comment"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 500}),
    )

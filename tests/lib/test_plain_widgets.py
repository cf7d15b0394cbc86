"""Selects and boxes that are written at once say what Django's own would."""

import re

import pytest
from django import forms
from django.utils.translation import gettext_lazy

from backoffice.lib.fields import PlainCheckboxes, PlainSelect

CHOICES = [("", gettext_lazy("all")), ("a", "<b>A</b> & co"), (2, "two"), ('"c"', "“C”")]


class Django(forms.Form):
    one = forms.ChoiceField(choices=CHOICES, required=False)
    several = forms.MultipleChoiceField(
        choices=CHOICES[1:], required=False, widget=forms.CheckboxSelectMultiple
    )


class Plain(forms.Form):
    one = forms.ChoiceField(choices=CHOICES, required=False, widget=PlainSelect)
    several = forms.MultipleChoiceField(choices=CHOICES[1:], required=False, widget=PlainCheckboxes)


def told(html: str) -> list[tuple[str, list[str], str]]:
    """Each control and option: its name, its attributes in order, and the text after it."""
    found = re.findall(r"<(select|option|input)\b([^>]*)>\s*([^<]*)", html)
    return [
        (tag, sorted(re.findall(r'[^\s"=]+(?:="[^"]*")?', own)), text.strip())
        for tag, own, text in found
    ]


@pytest.mark.parametrize(
    "data", [None, {}, {"one": "a", "several": ["2", '"c"']}, {"one": "2", "several": ["nobody"]}]
)
@pytest.mark.parametrize("name", ["one", "several"])
def test_they_say_what_djangos_own_say(data: dict | None, name: str) -> None:
    sent = None if data is None else forms.Form(data).data
    theirs, ours = (
        form(sent)[name].as_widget(attrs={"class": "form-select"}) for form in (Django, Plain)
    )
    assert told(ours) == told(theirs)
    assert "<b>" not in ours
    assert ours.count("&lt;b&gt;A&lt;/b&gt; &amp; co") == 1

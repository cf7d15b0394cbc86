"""Choices of how one is told, and the settings of alerts."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from inventory.queries.notifications import How, Subject

YES_OR_NO = [(How.DIGEST.value, _("a mail that all is well")), (How.NONE.value, _("no mail"))]
HELP = {
    Subject.REQUEST: _("For who decides the requests of stores."),
    Subject.ALL_WELL: _("On days on which the digest has nothing to say."),
}


class NotificationForm(forms.Form):
    """One choice per subject."""

    def __init__(self, *args: Any, chosen: Mapping[Subject, How], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for subject in Subject:
            self.fields[subject.value] = forms.ChoiceField(
                label=capfirst(subject.label),
                choices=YES_OR_NO if subject == Subject.ALL_WELL else How.choices,
                initial=chosen[subject].value,
                help_text=HELP.get(subject, ""),
            )

    def chosen(self) -> dict[Subject, How]:
        return {Subject(name): How(how) for name, how in self.cleaned_data.items()}

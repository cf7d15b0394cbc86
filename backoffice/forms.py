from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.reports.periods import Days, Preset

FIRST_DAY = date(2000, 1, 1)
MAX_DAYS = 5 * 366
NOT_A_DAY = gettext_lazy("Choose a day, such as 2026-03-31.")


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day from 2000 until today, where the page's place is."""

    widget = DayInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"],
            error_messages={"invalid": NOT_A_DAY},
            **kwargs,
        )

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value and value < FIRST_DAY:
            raise forms.ValidationError(_("Choose a day from 2000 on."))
        if value and value > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))


class PeriodForm(forms.Form):
    """A period by its name, or by its first and last day."""

    period = forms.ChoiceField(
        choices=Preset.choices,
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": gettext_lazy("There is no such period.")},
    )
    first = DayField(label=gettext_lazy("From"))
    last = DayField(label=gettext_lazy("To"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        named_or_wrong = cleaned.get("period") or self.errors
        if named_or_wrong or not (first or last):
            return cleaned
        if first is None:
            self.add_error("first", _("Choose the first day."))
        elif last is None:
            self.add_error("last", _("Choose the last day."))
        elif last < first:
            self.add_error("last", _("The last day comes before the first."))
        elif (last - first).days >= MAX_DAYS:
            self.add_error("last", _("A report covers five years at most."))
        return cleaned

    @property
    def preset(self) -> Preset | None:
        """The period's name, if it was chosen by name or nothing was chosen."""
        if self.cleaned_data.get("period"):
            return Preset(self.cleaned_data["period"])
        return None if self.cleaned_data.get("first") else Preset.LAST_30_DAYS

    def days(self) -> Days:
        """The days that a valid form asks for."""
        if preset := self.preset:
            return preset.days(timezone.localdate())
        return Days(self.cleaned_data["first"], self.cleaned_data["last"])


class KeyForm(forms.Form):
    """A button that may be pressed twice: its key was born with the page."""

    key = forms.UUIDField(widget=forms.HiddenInput)

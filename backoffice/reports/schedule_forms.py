"""The form of a schedule: what is sent, when by native controls, to whom and as which files."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import time
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.actions.schedules import Plan
from backoffice.lib.fields import NameField, SeveralField, offer
from backoffice.models import Schedule
from backoffice.reports.forms import QuestionForm
from backoffice.reports.periods import Preset
from backoffice.reports.recurrence import Recurrence, Rhythm
from backoffice.reports.schedule_words import READERS
from stores.models import Role, User
from stores.queries import people_called

MOST_PEOPLE = 50
USUAL = {
    "period": Preset.YESTERDAY,
    "rhythm": Rhythm.DAILY,
    "weekdays": [0],
    "at": time(6),
    "formats": [Schedule.Format.PDF, Schedule.Format.XLSX],
}


class PeopleField(NameField):
    """Some people, by name or e-mail, with commas between; they are among those who may be named."""

    def __init__(self, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(max_length=2000, required=False, **kwargs)
        self.people = people

    def clean(self, value: Any) -> list[User]:
        texts = [text.strip() for text in super().clean(value).split(",")]
        found = [self._called(text) for text in texts if text]
        if len(found) > MOST_PEOPLE:
            raise forms.ValidationError(_("Name at most 50 people, or choose a role."))
        return list(dict.fromkeys(found))

    def _called(self, text: str) -> User:
        if exact := self.people.filter(email=text.lower()).first():
            return exact
        named = list(people_called(self.people, text)[:2])
        if len(named) == 1:
            return named[0]
        if named:
            message = _("Several people are called “%(text)s”: type the e-mail of one.")
        else:
            message = _("Nobody who could read it is called “%(text)s”.")
        raise forms.ValidationError(message % {"text": text})

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) or value is None:
            return value
        return ", ".join(person.email for person in value)


class ScheduleForm(QuestionForm):
    """A whole schedule. `people` may be named as readers; `roles` may be chosen."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    name = NameField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("Readers find it in their mail, such as “Week of my store”."),
    )
    period = forms.ChoiceField(
        label=gettext_lazy("Days that it counts"),
        choices=Preset.choices,
        help_text=gettext_lazy("Seen from each reader's day on which it is sent."),
    )
    rhythm = forms.ChoiceField(label=gettext_lazy("How often"), choices=Rhythm.choices)
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days of the week"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    day = forms.TypedChoiceField(
        label=gettext_lazy("Day of the month"),
        choices=[(number, number) for number in range(1, 32)],
        coerce=int,
        required=False,
        empty_value=None,
        help_text=gettext_lazy("In a month that is shorter, on its last day."),
    )
    at = forms.TimeField(
        label=gettext_lazy("Time of day"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy(
            "On each reader's own clock. In the night on which clocks change it goes out once, too."
        ),
    )
    roles = SeveralField(label=gettext_lazy("Everybody with a role"), required=False)
    formats = SeveralField(
        label=gettext_lazy("Files in the mail"), choices=Schedule.Format.choices, required=False
    )
    when_empty = forms.BooleanField(
        label=gettext_lazy("Also when there is nothing to report"), required=False
    )

    def __init__(
        self, *args: Any, people: QuerySet[User], roles: Iterable[Role], **kwargs: Any
    ) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **USUAL, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        offer(self, "roles", [(role, READERS[role]) for role in roles])
        self.fields["people"] = PeopleField(
            people,
            label=_("People"),
            help_text=_("Names or e-mails, with commas between. Each gets their own places only."),
        )
        if not self.definition.has_period:
            del self.fields["period"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("rhythm") == Rhythm.WEEKLY and not cleaned.get("weekdays"):
            self.add_error("weekdays", _("Choose at least one day of the week."))
        if not (self.errors or cleaned.get("roles") or cleaned.get("people")):
            self.add_error("people", _("Choose who gets it: a role, or people by name."))
        return cleaned

    def recurrence(self) -> Recurrence | None:
        """When it is sent, as far as the form says it already."""
        rhythm = self.cleaned_data.get("rhythm")
        weekdays = self.cleaned_data.get("weekdays") or ()
        if not rhythm or not self.cleaned_data.get("at") or (rhythm == "weekly" and not weekdays):
            return None
        return Recurrence(
            Rhythm(rhythm), tuple(sorted(set(weekdays))), self.cleaned_data.get("day") or 1
        )

    def usual_recurrence(self) -> Recurrence:
        """When it is sent, as the form shows it first."""
        first = self.initial
        return Recurrence(Rhythm(first["rhythm"]), tuple(first["weekdays"]), first.get("day", 1))

    def plan(self) -> Plan:
        """What a valid form says."""
        recurrence, cleaned = self.recurrence(), self.cleaned_data
        assert recurrence
        return Plan(
            name=cleaned["name"],
            query={**self.asked(), "period": cleaned.get("period", Preset.TODAY)},
            recurrence=recurrence,
            at=cleaned["at"],
            formats=cleaned["formats"],
            when_empty=cleaned["when_empty"],
            roles=[Role(role) for role in cleaned["roles"]],
            people=cleaned["people"],
        )

    def group(self, *names: str) -> Sequence[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]

    @property
    def question(self) -> Sequence[forms.BoundField]:
        """What is counted: days, comparison and grouping."""
        return self.group("period", "compare", "group_by", "then_by")

    @property
    def filters(self) -> Sequence[forms.BoundField]:
        return self.group(*self.filter_names)

    @property
    def is_filtered(self) -> bool:
        """Whether a filter is set, or wrong."""
        return any(field.errors or field.value() for field in self.filters)


def initial_of_schedule(schedule: Schedule) -> dict[str, Any]:
    """What the form shows of a schedule that there is."""
    recurrence, recipients = Recurrence.of(schedule.rule), list(schedule.recipients.all())
    return {
        "name": str(schedule),
        "rhythm": recurrence.rhythm,
        "weekdays": recurrence.weekdays or (0,),
        "day": recurrence.day,
        "at": schedule.at,
        "formats": schedule.formats,
        "when_empty": schedule.when_empty,
        "roles": [recipient.role for recipient in recipients if recipient.role],
        "people": [recipient.person for recipient in recipients if recipient.person],
        **question_of(schedule.query),
    }


def question_of(query: dict[str, Any]) -> dict[str, Any]:
    """What the form shows of a stored question."""
    filters = {
        name: list(values) if name == "store" else values[0]
        for name, values in query.get("filters", {}).items()
        if values
    }
    rest = {
        name: query[name] for name in ("period", "compare", "group_by", "then_by") if name in query
    }
    return {**rest, **filters}

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.lib.filters import ListFilter, first_day, last_day, search_box
from backoffice.models import ReportDelivery, Schedule, Snapshot, SnapshotQuerySet
from backoffice.models.schedules import ScheduleQuerySet
from backoffice.reports.definitions import REPORTS
from stores.models import Location, Mail, User
from stores.models.location import LocationQuerySet
from stores.models.mail import MailQuerySet
from stores.queries import ids_of_people_called, people_called

BY_ITSELF = "by-itself"  # of the stopped ones, those that nobody stopped
BY_A_SCHEDULE = "schedule"
DELAYED, WITHHELD = "delayed", "withheld"
MAKERS = [("me", _("me")), (BY_A_SCHEDULE, _("a schedule"))]


class MailFilter(ListFilter):
    q = search_box(_("Subject or address"), placeholder=_("name@…"))
    state = filters.ChoiceFilter(
        label=_("State"),
        choices=[
            *Mail.State.choices,
            (DELAYED, _("waiting for the mail server")),
            (WITHHELD, _("withheld on purpose")),
        ],
        empty_label=_("all"),
        method="in_state",
    )

    class Meta:
        model = Mail
        fields = ["q", "state"]

    def filter_words(self, mails: QuerySet[Mail], _name: str, words: str) -> QuerySet[Mail]:
        return mails.filter(Q(subject__icontains=words) | Q(to_email__icontains=words))

    def in_state(self, mails: MailQuerySet, _name: str, state: str) -> MailQuerySet:
        found = {
            DELAYED: mails.delayed(),
            WITHHELD: mails.withheld(),
            str(Mail.State.FAILED): mails.given_up(),
        }
        return found.get(state, mails.filter(state=state))


def _reports() -> list[tuple[str, Any]]:
    return [(definition.name, definition.title) for definition in REPORTS.values()]


class SnapshotFilter(ListFilter):
    """Runs of reports by what they count, when, of which place, by whom and how far they are."""

    report = filters.ChoiceFilter(label=_("Report"), choices=_reports, empty_label=_("all"))
    place = filters.ModelChoiceFilter(
        label=_("Place"),
        queryset=Location.objects.none(),
        to_field_name="code",
        method="filter_place",
        empty_label=_("all"),
    )
    state = filters.ChoiceFilter(label=_("State"), choices=Snapshot.State, empty_label=_("all"))
    mine = filters.ChoiceFilter(
        label=_("Made by"), method="filter_mine", choices=MAKERS, empty_label=_("all")
    )
    who = filters.CharFilter(label=_("Who"), method="filter_who", max_length=100)
    first = first_day(_("From"), "made_at")
    last = last_day(_("To"), "made_at")

    class Meta:
        model = Snapshot
        fields = ["report", "place", "state", "mine", "who", "first", "last"]

    def __init__(self, *args: Any, places: LocationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["place"].queryset = places

    def filter_place(self, runs: SnapshotQuerySet, _name: str, place: Location) -> SnapshotQuerySet:
        return runs.counting(place)

    def filter_mine(self, runs: QuerySet[Snapshot], _name: str, maker: str) -> QuerySet[Snapshot]:
        return runs.filter(made_by=None if maker == BY_A_SCHEDULE else self.request.user)

    def filter_who(self, runs: QuerySet[Snapshot], _name: str, words: str) -> QuerySet[Snapshot]:
        return runs.filter(made_by__in=ids_of_people_called(words))


class ScheduleFilter(ListFilter):
    q = search_box(_("Name"))
    report = filters.ChoiceFilter(label=_("Report"), choices=_reports, empty_label=_("all"))
    state = filters.ChoiceFilter(
        label=_("State"),
        method="filter_state",
        choices=[*Schedule.State.choices, (BY_ITSELF, _("stopped by itself"))],
        empty_label=_("all"),
    )

    class Meta:
        model = Schedule
        fields = ["q", "report", "state"]

    def filter_words(
        self, schedules: ScheduleQuerySet, _name: str, words: str
    ) -> QuerySet[Schedule]:
        return schedules.called(words)

    def filter_state(
        self, schedules: ScheduleQuerySet, _name: str, state: str
    ) -> QuerySet[Schedule]:
        return (
            schedules.stopped_by_itself() if state == BY_ITSELF else schedules.filter(state=state)
        )


class DeliveryFilter(ListFilter):
    q = search_box(_("Reader"))
    state = filters.ChoiceFilter(
        label=_("State"), choices=ReportDelivery.State, empty_label=_("all")
    )

    class Meta:
        model = ReportDelivery
        fields = ["q", "state"]

    def filter_words(
        self, copies: QuerySet[ReportDelivery], _name: str, words: str
    ) -> QuerySet[ReportDelivery]:
        return copies.filter(reader__in=people_called(User.objects.all(), words))

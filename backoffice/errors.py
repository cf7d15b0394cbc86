from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from backoffice.lib.errors import DomainError
from backoffice.models import Schedule
from backoffice.queries.place_left import Left
from stores.models import Location


class OtherReportUnderKey(DomainError):
    def __init__(self) -> None:
        super().__init__(_("This page was used for another report. Load it again, then ask anew."))


class TooManyReports(DomainError):
    """Somebody asks for more reports than anybody reads: the others wait for the same machine."""

    def __init__(self) -> None:
        super().__init__(
            _("You asked for many reports in the last minutes. Open one of them, or wait a little.")
        )


class TooManySchedules(DomainError):
    def __init__(self, most: int) -> None:
        super().__init__(
            _("You have %(count)s schedules already. Delete or change one of them.")
            % {"count": most}
        )


class ChangedMeanwhile(DomainError):
    """Somebody else saved these settings after the page was made; nothing was written."""

    def __init__(self, now: Mapping[str, str]) -> None:
        self.now = now
        changes = "; ".join(
            _("“%(setting)s” is now “%(value)s”") % {"setting": setting, "value": value}
            for setting, value in now.items()
        )
        super().__init__(
            _(
                "Somebody else saved these settings after you opened the page: %(changes)s."
                " Nothing of yours was saved. Look again, then save."
            )
            % {"changes": changes}
        )


class CurrencyInUse(DomainError):
    def __init__(self, currency: str) -> None:
        self.currency = currency
        super().__init__(
            _(
                "Receipts or orders in %(currency)s exist: their amounts would be read as another"
                " currency. The currency stays."
            )
            % {"currency": currency}
        )


class NotAnOpenPlace(DomainError):
    def __init__(self, place: Location) -> None:
        self.place = place
        super().__init__(
            _(
                "%(place)s is closed, or closes soon: online orders can't be shipped from there."
                " Choose another place."
            )
            % {"place": place}
        )


class NothingToCount(DomainError):
    def __init__(self) -> None:
        super().__init__(_("None of your stores is among those chosen. Choose at least one."))


class TooLongForWorkbook(DomainError):
    """A workbook is made in memory; a CSV of any length is not."""

    def __init__(self) -> None:
        super().__init__(_("That is too long for a workbook: narrow it, or take the CSV."))


class CloseItFirst(DomainError):
    def __init__(self, place: Location) -> None:
        self.place = place
        super().__init__(_("%(place)s is open. Close it before you archive it.") % {"place": place})


class SomethingLeft(DomainError):
    """A place is archived only when it is empty; `left` is what isn't done."""

    def __init__(self, place: Location, left: Sequence[Left]) -> None:
        self.place, self.left = place, left
        things = ", ".join(f"{one.what} ({one.count})" for one in left)
        super().__init__(
            _("%(place)s isn't empty. Left: %(things)s.") % {"place": place, "things": things}
        )


class ScheduleIsNotActive(DomainError):
    """Only what is sent can be paused, stopped or tried again."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        super().__init__(
            _("“%(schedule)s” is %(state)s already; nothing was changed.")
            % {"schedule": schedule, "state": schedule.get_state_display()}
        )


class ScheduleIsGone(DomainError):
    """Somebody deleted it after the page was opened."""

    def __init__(self) -> None:
        super().__init__(_("This schedule was deleted meanwhile. Nothing was changed."))


class NotStopped(DomainError):
    """Only what is paused or stopped can go on."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        super().__init__(
            _("“%(schedule)s” is active already; nothing was changed.") % {"schedule": schedule}
        )


class WorkerStopped(DomainError):
    """A report that ended its worker each time, without a word."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Each worker that made it was stopped: it may be too large. Ask for fewer days or"
                " stores, or one grouping less."
            )
        )


class NobodyReads(DomainError):
    """A preview or a report for now has no place that it may tell of."""

    def __init__(self) -> None:
        super().__init__(
            _("There is no place of which this person may see this report. Give them a role there.")
        )

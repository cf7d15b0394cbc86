"""Where the figures of a first page lead: to the page or the report that shows the same again."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.urls import reverse

from backoffice.reports.periods import Days
from stores.models import Location


@dataclass(frozen=True)
class FigureLinks:
    """Of what was sold at one place or at all, through one channel or all; `today` is several days
    where it isn't the same day everywhere."""

    today: Days
    place: Location | None = None
    channel: str = ""

    @property
    def day(self) -> str:
        """Of one place, the page of its day: it has margin, tickets and units, too."""
        if self.place and not self.channel:
            day = self.today.last.isoformat()
            return reverse("backoffice:store_day", args=[self.place.code, day])
        return self.sales

    @property
    def margin(self) -> str:
        return self.day if self.place and not self.channel else self.margins

    @property
    def sales(self) -> str:
        """The report, of one place, too."""
        return self._sold("sales", self.today)

    @property
    def clerks(self) -> str:
        return self._report("sales", **_period(self.today), group_by="clerk")

    @property
    def margins(self) -> str:
        return self._sold("margin", self.today)

    @property
    def week(self) -> str:
        first = self.today.first
        return self._sold("sales", Days(first - timedelta(days=first.weekday()), self.today.last))

    @property
    def month(self) -> str:
        return self._sold("sales", Days(self.today.first.replace(day=1), self.today.last))

    @property
    def stock(self) -> str:
        return self._report("stock", group_by="category")

    @property
    def stock_in(self) -> str:
        """The same of one category, whose name in addresses comes behind it."""
        return self._report("stock", group_by="article") + "&category="

    @property
    def stock_outs(self) -> str:
        """Of the last 28 days, as many as the sales per day are worked out from."""
        first = self.today.last - timedelta(days=27)
        return self._report("stock-outs", **_period(Days(first, self.today.last)))

    def _sold(self, report: str, days: Days) -> str:
        group = "store" if not self.place else "hour" if len(days) == 1 else "day"
        asked = _period(days) | {"group_by": group, "channel": self.channel}
        return self._report(report, **asked)

    def _report(self, name: str, **asked: str) -> str:
        form = reverse("backoffice:report", args=[name])
        if self.place:
            form = reverse("backoffice:store_report", args=[self.place.code, name])
        return f"{form}?{urlencode({key: value for key, value in asked.items() if value})}"


def _period(days: Days) -> dict[str, str]:
    return {"first": days.first.isoformat(), "last": days.last.isoformat()}

"""For which places somebody may run a report, and where its page is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from backoffice.models import Snapshot
from backoffice.reports.definition import Definition
from backoffice.reports.definitions import REPORTS
from stores.models import Location, User
from stores.rights import holds_at, holds_company_wide, locations_of


@dataclass(frozen=True)
class Scope:
    """The whole company, or one `place`."""

    reader: User
    place: Location | None = None

    def may_run(self, definition: Definition) -> bool:
        if self.place is None:
            return holds_company_wide(self.reader, *definition.roles, reading=True)
        return holds_at(self.reader, self.place, *definition.roles, reading=True)

    def reports(self) -> list[Definition]:
        return [definition for definition in REPORTS.values() if self.may_run(definition)]

    def places(self, definition: Definition) -> list[Location]:
        """What the report counts unless it is asked for less."""
        if self.place:
            return [self.place]
        return list(locations_of(self.reader, *definition.roles, reading=True))

    def title(self, definition: Definition) -> str:
        return definition.title_at([self.place.name] if self.place else [])

    def url(self, definition: Definition) -> str:
        """The report's form, which also runs it."""
        if self.place:
            return reverse("backoffice:store_report", args=[self.place.code, definition.name])
        return reverse("backoffice:report", args=[definition.name])

    @property
    def list_url(self) -> str:
        if self.place:
            return reverse("backoffice:store_reports", args=[self.place.code])
        return reverse("backoffice:report_list")


def scope_to_repeat(snapshot: Snapshot, places: Iterable[Location], reader: User) -> Scope | None:
    """Where the reader can ask the same again: at the one place that it counts, or company-wide; None
    for a reader of some places."""
    definition = REPORTS[snapshot.report]
    counted = list(places) if len(snapshot.locations) == 1 else []
    asked_for_stores = bool(snapshot.query.get("filters", {}).get("store"))
    if len(counted) == 1 and not asked_for_stores:
        return Scope(reader, counted[0])
    company = Scope(reader)
    if company.may_run(definition):
        return company
    return Scope(reader, counted[0]) if len(counted) == 1 else None

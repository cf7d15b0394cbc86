"""A look at a schedule's mail, as one of its readers would get it now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backoffice.actions.report_mails import digest_of, query_on
from backoffice.actions.snapshots import narrowed, promise_snapshot, refuse_too_many
from backoffice.errors import NobodyReads
from backoffice.lib.snapshots import reading_one_snapshot
from backoffice.models import Schedule, Snapshot
from backoffice.queries.schedules import places_for, roles_of, zone_of
from backoffice.reports.definitions import REPORTS
from backoffice.reports.mail import Preview, Sending, previewed
from backoffice.reports.names import names_of
from backoffice.reports.query import Query
from backoffice.reports.stored import Stored, load
from stores.models import Location, User
from stores.rights import locations_of


@dataclass(frozen=True)
class Look:
    """What a reader would be told now, of those of their places that the viewer may see."""

    schedule: Schedule
    reader: User
    viewer: User
    places: Sequence[Location]
    query: Query

    @property
    def is_long(self) -> bool:
        return REPORTS[self.schedule.report].is_long(self.places, self.query)

    @property
    def key(self) -> str:
        """Of the run that a long one needs: once a day for each viewer."""
        day = self.places[0].local_day()
        asked = f"{self.schedule.pk} {self.viewer.pk} {day}"
        return f"look {asked} {digest_of(self.places, self.query)}"

    @property
    def run(self) -> Snapshot | None:
        return Snapshot.objects.select_related("made_by").filter(key=self.key).first()


def look_at(schedule: Schedule, reader: User, *, viewer: User) -> Look:
    """What a preview for this reader counts; it raises `NobodyReads` if that is no place."""
    seen = locations_of(viewer, *roles_of(schedule), reading=True)
    places = list(places_for(schedule, reader).filter(pk__in=seen.values("pk")))
    if not places:
        raise NobodyReads
    query = query_on(schedule, places[0].local_day())
    counted = narrowed(places, query)
    if not counted:
        raise NobodyReads
    return Look(schedule, reader, viewer, counted, query)


def preview(look: Look) -> Preview | None:
    """The mail as it would be; None of a long report that isn't counted yet. Only what a worker counted
    is stored."""
    sending = Sending(look.schedule, zone_of(look.places), look.places[0].local_day())
    if look.is_long:
        run = look.run
        done = run is not None and run.state == Snapshot.State.DONE
        return previewed(load(run), look.reader, sending) if run and done else None
    with reading_one_snapshot():
        return previewed(_counted(look), look.reader, sending)


def _counted(look: Look) -> Stored:
    """What a snapshot of these places would be now."""
    definition = REPORTS[look.schedule.report]
    snapshot = Snapshot(
        report=definition.name,
        query=look.query.to_json(),
        locations=[place.pk for place in look.places],
        place_names=names_of(look.places),
    )
    return Stored(snapshot, definition, look.query, definition.run(look.places, look.query))


def promise_preview(look: Look, *, by: User) -> Snapshot:
    """Let a worker count what a preview needs."""
    if look.run is None:
        refuse_too_many(by)
    return promise_snapshot(
        look.schedule.report, look.places, look.query, key=look.key, by=look.viewer
    )

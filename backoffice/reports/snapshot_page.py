"""What the page of a snapshot shows of it."""

from __future__ import annotations

from django.http import QueryDict
from django.utils.functional import cached_property

from backoffice.models import Snapshot
from backoffice.reports.definition import Definition
from backoffice.reports.definitions import REPORTS
from backoffice.reports.files import file_names
from backoffice.reports.forms import ReportForm, initial_of
from backoffice.reports.links import Reader
from backoffice.reports.periods import Preset
from backoffice.reports.query import Query
from backoffice.reports.scope import Scope, scope_to_repeat
from backoffice.reports.screen import ScreenTable, Tile, tiles
from stores.models import Location, User
from stores.models.location import LocationQuerySet


class SnapshotPage:
    """The tables as the address asks for them, and the form that asks the same again."""

    presets = Preset

    def __init__(self, snapshot: Snapshot, address: QueryDict, reader: User) -> None:
        self.snapshot, self.address, self.reader = snapshot, address, reader
        self.query = Query.from_json(snapshot.query)

    @property
    def definition(self) -> Definition:
        return REPORTS[self.snapshot.report]

    @cached_property
    def places(self) -> LocationQuerySet:
        """Read when somebody asks for them."""
        return Location.objects.filter(pk__in=self.snapshot.locations)

    @cached_property
    def tables(self) -> list[ScreenTable]:
        code = self.places[0].code if len(self.snapshot.locations) == 1 else ""
        reader = Reader.of(self.reader, self.snapshot.report, self.query, code)
        records = self.snapshot.tables.all()
        for record in records:
            record.snapshot = self.snapshot
        return [ScreenTable(record, self.address, reader) for record in records]

    @cached_property
    def tiles(self) -> list[Tile]:
        return tiles(self.tables[0].table) if self.tables else []

    @cached_property
    def files(self) -> list[tuple[str, str]]:
        return file_names([(table.name, str(table.title)) for table in self.tables])

    @cached_property
    def scope(self) -> Scope | None:
        """Where the form sends; None for a reader who can only ask for one of the places at a time."""
        scope = scope_to_repeat(self.snapshot, self.places, self.reader)
        return scope if scope and scope.may_run(self.definition) else None

    @cached_property
    def run_url(self) -> str:
        return self.scope.url(self.definition) if self.scope else ""

    @cached_property
    def list_url(self) -> str:
        return self.scope.list_url if self.scope else Scope(self.reader, self.places[0]).list_url

    @cached_property
    def form(self) -> ReportForm | None:
        if self.scope is None:
            return None
        return ReportForm(
            initial=initial_of(self.query),
            definition=self.definition,
            places=self.scope.places(self.definition),
        )

    @cached_property
    def one_place_each(self) -> list[tuple[str, str]]:
        """Names of the places, and where each one's report is asked for."""
        return [
            (place.name, Scope(self.reader, place).url(self.definition)) for place in self.places
        ]

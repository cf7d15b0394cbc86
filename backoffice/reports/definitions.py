"""All reports. Who adds one writes a module with a `DEFINITION` and adds it here."""

from backoffice.reports.definition import Definition

ALL: tuple[Definition, ...] = ()
REPORTS = {definition.name: definition for definition in ALL}

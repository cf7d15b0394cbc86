"""The list of reports: a card for each, with runs that need one click."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from backoffice.reports.definition import Definition, OneClick
from backoffice.reports.scope import Scope
from backoffice.reports.table import Words


@dataclass(frozen=True)
class Run:
    """A button that runs a report, and the fields that it sends."""

    label: Words
    fields: list[tuple[str, str]]


@dataclass(frozen=True)
class Card:
    definition: Definition
    title: str
    url: str
    runs: list[Run]


def cards_of(scope: Scope) -> list[Card]:
    return [
        Card(
            definition,
            scope.title(definition),
            scope.url(definition),
            [_run(one_click) for one_click in definition.one_clicks],
        )
        for definition in scope.reports()
    ]


def _run(one_click: OneClick) -> Run:
    asked = {
        "period": one_click.preset or "",
        "compare": one_click.compare,
        "group_by": one_click.group_by,
        "then_by": one_click.then_by,
        "key": str(uuid.uuid4()),
    }
    return Run(one_click.label, [(name, str(value)) for name, value in asked.items() if value])

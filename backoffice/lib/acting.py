"""Who is at work, and by what way: told to the database with each write that its audit trail records.

What is told is local to the transaction, and travels in the same message as the statement: it costs no
round trip, and a connection that goes back to a pool carries nothing of it along.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

type Way = Literal["page", "worker", "command"]
type Execute = Callable[[str, Any, bool, dict[str, Any]], Any]

WRITES = re.compile(r'(?:INSERT INTO|MERGE INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)
WITH = re.compile(r"WITH\b", re.IGNORECASE)
NOT_IN_AN_ID = re.compile(r"[^\w-]")


class Person(Protocol):
    @property
    def pk(self) -> Any: ...


@dataclass(frozen=True)
class Acting:
    who: Callable[[], int | None]
    way: Way = "command"
    request: str = ""

    def told(self) -> str:
        """As the database reads it: an id, a word and an id, none of which holds a quote."""
        request = NOT_IN_AN_ID.sub("", self.request)[:64]
        return json.dumps({"by": self.who(), "way": self.way, "request": request})


def nobody() -> None:
    return None


NOBODY = Acting(nobody)
_now: ContextVar[Acting] = ContextVar("acting", default=NOBODY)


@contextmanager
def at_work(who: Callable[[], int | None], *, way: Way, request: str) -> Iterator[None]:
    """While a request is answered, or a task is done: `who` is asked only when something is written."""
    token = _now.set(Acting(who, way, request))
    try:
        yield
    finally:
        _now.reset(token)


@contextmanager
def in_the_name_of(person: Person | None) -> Iterator[None]:
    """While an action is done by this person, whoever's request or task it is; None changes nothing."""
    if person is None:
        yield
        return
    token = _now.set(replace(_now.get(), who=lambda: person.pk))
    try:
        yield
    finally:
        _now.reset(token)


class TellsWho:
    """Wraps every statement: before one that writes an audited table it says who is at work."""

    def __init__(self, tables: Collection[str]) -> None:
        self.tables = frozenset(tables)

    def __call__(
        self, execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        if not isinstance(sql, str) or not self._writes_audited(sql):
            return execute(sql, params, many, context)
        tell = f"SELECT set_config('comptoir.acting', '{_now.get().told()}', true)"
        if many:
            context["cursor"].cursor.execute(tell)
            return execute(sql, params, many, context)
        result = execute(f"{tell}; {sql}", params, many, context)
        context["cursor"].nextset()
        return result

    def _writes_audited(self, sql: str) -> bool:
        statement = sql.lstrip()
        if found := WRITES.match(statement):
            return found[1] in self.tables
        if WITH.match(statement):
            return not self.tables.isdisjoint(WRITES.findall(statement))
        return False

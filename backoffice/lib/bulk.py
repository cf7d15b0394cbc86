"""Writing many rows at once with PostgreSQL's COPY, for set-up and benchmarks on empty tables."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql


def copy_rows(
    model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Copy rows into the model's table; `fields` are its field names, in the rows' order."""
    columns = {field.name: sql.Identifier(field.attname) for field in model._meta.concrete_fields}
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join([columns[name] for name in fields]),
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def restart_ids(model: type[models.Model]) -> None:
    """Let the next id of the model follow the largest one that was copied in."""
    table = sql.Identifier(model._meta.db_table)
    statement = sql.SQL(
        "SELECT setval(pg_get_serial_sequence({}, 'id'), coalesce(max(id), 0) + 1, false) FROM {}"
    ).format(sql.Literal(model._meta.db_table), table)
    with connection.cursor() as cursor:
        cursor.execute(statement)


def check_constraints_now() -> None:
    """Check what was deferred to the commit, so that the list of checks doesn't outgrow memory."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")

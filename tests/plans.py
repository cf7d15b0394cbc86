"""What PostgreSQL reads to answer a question, in tables as long as a business makes them."""

import json
from collections.abc import Set
from typing import Any

from django.db import connection

ROWS = 10_000
GROWING = {
    "backoffice_snapshot",
    "inventory_stockmovement",
    "sales_sale",
    "sales_saleline",
    "sales_tender",
    "shop_order",
    "shop_orderline",
    "stores_auditentry",
}


def fill(table: str, **columns: object) -> None:
    """Rows numbered `n` from 1, with these values or SQL expressions."""
    names, values = ", ".join(columns), ", ".join(map(str, columns.values()))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {values} FROM generate_series(1, {ROWS}) AS n"
        )
        cursor.execute(f"ANALYZE {table}")


def read_whole(plan: dict[str, Any], growing: Set[str] = frozenset(GROWING)) -> set[str]:
    """The growing tables that a plan reads from end to end."""
    here = {plan.get("Relation Name", "")} if plan["Node Type"] == "Seq Scan" else set()
    below = [read_whole(step, growing) for step in plan.get("Plans", [])]
    return (here & growing).union(*below)


def plan_of(sql: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        found = cursor.fetchone()[0]
    plans = json.loads(found) if isinstance(found, str) else found
    plan: dict[str, Any] = plans[0]["Plan"]
    return plan


def asks_for_rows(sql: str) -> bool:
    return sql.startswith(("SELECT", "WITH", "DECLARE")) and "COUNT(*)" not in sql


def drop_indexes(table: str) -> None:
    """For the rest of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT index.indexrelid::regclass, owner.conname FROM pg_index index"
            " LEFT JOIN pg_constraint owner ON owner.conindid = index.indexrelid"
            "  AND owner.conrelid = index.indrelid"
            " WHERE index.indrelid = %s::regclass",
            [table],
        )
        for index, constraint in cursor.fetchall():
            if constraint:
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}" CASCADE')
            else:
                cursor.execute(f"DROP INDEX {index}")

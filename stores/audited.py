"""Which tables the database keeps an audit trail of, and the triggers that write it.

A table becomes audited by one line in a migration, `audited("inventory_sku", …)`, and its name in
`AUDITED`. Every column is recorded but those that are left out by name: a new one is from its first day.
"""

from collections.abc import Sequence

from django.db import migrations

AUDITED = frozenset(
    {
        "backoffice_schedule",
        "backoffice_schedulerecipient",
        "inventory_approvalrule",
        "inventory_barcode",
        "inventory_category",
        "inventory_notificationchoice",
        "inventory_product",
        "inventory_restockline",
        "inventory_restockrequest",
        "inventory_sku",
        "inventory_stockadjustment",
        "inventory_stockadjustmentline",
        "inventory_stockpolicy",
        "inventory_taxrate",
        "inventory_transfer",
        "inventory_transferline",
        "inventory_transferreceipt",
        "sales_sale",
        "sales_saleline",
        "sales_tender",
        "shop_order",
        "shop_orderline",
        "shop_payment",
        "stores_company",
        "stores_location",
        "stores_membership",
        "stores_user",
    }
)
EVERY = ("INSERT", "UPDATE", "DELETE")
# of what is never changed by Comptoir: its ledger tells of the rest
AFTERWARDS = ("UPDATE", "DELETE")

FUNCTION = """
CREATE FUNCTION audit_{table}() RETURNS trigger LANGUAGE plpgsql AS $audit$
DECLARE
    r {table}%ROWTYPE;
BEGIN
    IF TG_OP = 'DELETE' THEN r := OLD; ELSE r := NEW; END IF;
    PERFORM write_audit_entry(
        TG_OP, TG_TABLE_NAME::text, r.id, to_jsonb(OLD), to_jsonb(NEW),
        {skip}, {secret}, {prices}, '{kind}', ({label})::text, {about_table}, ({about_id})::bigint,
        ({place})::bigint
    );
    RETURN NULL;
END $audit$;
"""
UPDATED = """
CREATE TRIGGER audit_changes AFTER UPDATE ON {table} FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION audit_{table}();
"""
MADE_OR_GONE = """
CREATE TRIGGER audit_rows AFTER {events} ON {table} FOR EACH ROW EXECUTE FUNCTION audit_{table}();
"""
REFUSE_TRUNCATE = """
CREATE OR REPLACE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $audit$
BEGIN
    RAISE EXCEPTION '% is never emptied: delete rows, which the audit trail records', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $audit$;
"""
NOT_EMPTIED = """
CREATE TRIGGER audit_is_not_bypassed BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
"""
NO_LONGER = """
DROP TRIGGER audit_changes ON {table};
DROP TRIGGER audit_rows ON {table};
DROP FUNCTION audit_{table}();
"""


def audited(
    table: str,
    kind: str,
    *,
    label: str,
    place: str = "NULL",
    about: tuple[str, str] | None = None,
    skip: Sequence[str] = (),
    secret: Sequence[str] = (),
    prices: Sequence[str] = (),
    on: Sequence[str] = EVERY,
) -> migrations.RunSQL:
    """Record the changes of a table from now on.

    `label`, `place` (a location's id) and the second half of `about` (the table and id of the thing whose
    part a row is: itself, unless said) are SQL over `r`, the row as it is or was. `secret` columns are
    recorded as changed, without their values; a change of one of `prices` is of the kind "price".
    """
    about_table, about_id = about or (table, "r.id")
    function = FUNCTION.format(
        table=table,
        kind=kind,
        label=label,
        place=place,
        about_table=about_table if about_table.startswith("CASE") else f"'{about_table}'",
        about_id=about_id,
        skip=_array(["id", *skip]),
        secret=_array(secret),
        prices=_array(prices),
    )
    return migrations.RunSQL(function + _triggers(table, on), NO_LONGER.format(table=table))


def _triggers(table: str, on: Sequence[str]) -> str:
    made_or_gone = " OR ".join(event for event in on if event != "UPDATE")
    return (UPDATED + MADE_OR_GONE).format(table=table, events=made_or_gone)


def never_emptied(*tables: str) -> migrations.RunSQL:
    """Refuse TRUNCATE, of which no trigger of a row hears: each audited table needs it."""
    return migrations.RunSQL(
        REFUSE_TRUNCATE + "".join(NOT_EMPTIED.format(table=table) for table in tables),
        "".join(f"DROP TRIGGER audit_is_not_bypassed ON {table};" for table in tables),
    )


def _array(names: Sequence[str]) -> str:
    return f"ARRAY[{', '.join(repr(name) for name in names)}]::text[]"

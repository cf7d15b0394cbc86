from django.db import migrations

GUARD = """
CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'movements are never changed or deleted: record a new one'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER movements_are_for_ever
    BEFORE UPDATE OR DELETE ON inventory_stockmovement
    FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change();
CREATE TRIGGER movements_are_not_truncated
    BEFORE TRUNCATE ON inventory_stockmovement
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
"""
UNGUARD = """
DROP TRIGGER movements_are_not_truncated ON inventory_stockmovement;
DROP TRIGGER movements_are_for_ever ON inventory_stockmovement;
DROP FUNCTION refuse_ledger_change();
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]

from django.db import migrations

GUARD = """
CREATE FUNCTION refuse_receipt_that_does_not_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    line_units bigint; line_total numeric; line_tax numeric; paid numeric;
BEGIN
    SELECT sum(quantity), sum(total), sum(tax) INTO line_units, line_total, line_tax
        FROM sales_saleline WHERE sale_id = NEW.id;
    SELECT sum(amount) INTO paid FROM sales_tender WHERE sale_id = NEW.id;
    IF (NEW.units, NEW.total, NEW.tax, NEW.total)
        IS DISTINCT FROM (line_units, line_total, line_tax, paid)
    THEN
        RAISE EXCEPTION 'sale %: % units, % with % tax, but its lines are % units, % with % tax; % paid',
            NEW.id, NEW.units, NEW.total, NEW.tax, line_units, line_total, line_tax, paid
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_receipt_adds_up';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER a_receipt_adds_up
    AFTER INSERT OR UPDATE ON sales_sale
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_receipt_that_does_not_add_up();
"""
UNGUARD = """
DROP TRIGGER a_receipt_adds_up ON sales_sale;
DROP FUNCTION refuse_receipt_that_does_not_add_up();
"""


class Migration(migrations.Migration):
    dependencies = [("sales", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]

"""What must hold even against psql: movements are never changed, nothing is issued beyond the release."""

from django.db import migrations

FROZEN = """
CREATE FUNCTION parts_movement_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'stock movements are never changed; write a correction'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER row_is_frozen BEFORE UPDATE OR DELETE ON parts_movement
    FOR EACH ROW EXECUTE FUNCTION parts_movement_is_frozen();
CREATE TRIGGER table_is_frozen BEFORE TRUNCATE ON parts_movement
    FOR EACH STATEMENT EXECUTE FUNCTION parts_movement_is_frozen();
"""

RELEASE = """
CREATE FUNCTION parts_issue_is_released() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed numeric;
    gone numeric;
BEGIN
    SELECT CASE WHEN released_at IS NULL THEN 0 ELSE released_quantity END INTO allowed
      FROM parts_demand WHERE id = NEW.demand_id FOR NO KEY UPDATE;
    SELECT coalesce(-sum(quantity), 0) INTO gone FROM parts_movement WHERE demand_id = NEW.demand_id;
    IF gone - NEW.quantity > allowed THEN
        RAISE EXCEPTION 'demand % is released for %, % would be out', NEW.demand_id, allowed, gone - NEW.quantity
            USING ERRCODE = 'check_violation', CONSTRAINT = 'nothing_issued_before_release';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER issue_is_released BEFORE INSERT ON parts_movement
    FOR EACH ROW WHEN (NEW.kind = 'issue') EXECUTE FUNCTION parts_issue_is_released();
"""


class Migration(migrations.Migration):
    dependencies = [("parts", "0001_first_tables")]

    operations = [
        migrations.RunSQL(
            FROZEN,
            "DROP TRIGGER row_is_frozen ON parts_movement; DROP TRIGGER table_is_frozen ON parts_movement; "
            "DROP FUNCTION parts_movement_is_frozen();",
        ),
        migrations.RunSQL(
            RELEASE,
            "DROP TRIGGER issue_is_released ON parts_movement; DROP FUNCTION parts_issue_is_released();",
        ),
    ]

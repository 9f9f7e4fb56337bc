"""What must hold even against psql: a frozen version and the consent to it are never changed."""

from django.db import migrations

FROZEN = """
CREATE FUNCTION workorders_version_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The document made from it is filled in once; nothing else ever changes.
    IF TG_OP = 'UPDATE' AND OLD.pdf_id IS NULL AND to_jsonb(OLD) - 'pdf_id' = to_jsonb(NEW) - 'pdf_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a frozen version is never changed; freeze a new one'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION workorders_consent_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a recorded consent is never changed; record a new one'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER row_is_frozen BEFORE UPDATE OR DELETE ON workorders_orderversion
    FOR EACH ROW EXECUTE FUNCTION workorders_version_is_frozen();
CREATE TRIGGER row_is_frozen BEFORE UPDATE OR DELETE ON workorders_authorisation
    FOR EACH ROW EXECUTE FUNCTION workorders_consent_is_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("workorders", "0001_first_tables")]

    operations = [
        migrations.RunSQL(
            FROZEN,
            "DROP TRIGGER row_is_frozen ON workorders_orderversion; "
            "DROP TRIGGER row_is_frozen ON workorders_authorisation; "
            "DROP FUNCTION workorders_version_is_frozen(); DROP FUNCTION workorders_consent_is_frozen();",
        ),
    ]

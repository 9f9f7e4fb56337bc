"""A job that is removed with its line gives its place on the board back, whoever removes it."""

from django.db import migrations

GIVE_BACK = """
CREATE FUNCTION workshop_job_gives_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM capacity_reservation WHERE holder_id = OLD.holder_id;
    DELETE FROM capacity_holder WHERE id = OLD.holder_id;
    RETURN NULL;
END $$;
CREATE TRIGGER job_gives_back AFTER DELETE ON workshop_job
    FOR EACH ROW WHEN (OLD.holder_id IS NOT NULL) EXECUTE FUNCTION workshop_job_gives_back();
"""


class Migration(migrations.Migration):
    dependencies = [("workshop", "0001_first_tables"), ("capacity", "0002_closures_and_versions")]

    operations = [
        migrations.RunSQL(
            GIVE_BACK,
            "DROP TRIGGER job_gives_back ON workshop_job; DROP FUNCTION workshop_job_gives_back();",
        ),
    ]

"""Events written before the seals get the commitment to their personal values."""

from django.db import migrations

from apps.desk.models.seal import committed


def commit(apps, schema_editor):
    rows = apps.get_model("desk", "Event").objects.exclude(personal={}).filter(commitment="")
    for event in rows.iterator(chunk_size=2000):
        event.salt, event.commitment = committed(event.personal)
        event.save(update_fields=["salt", "commitment"])


class Migration(migrations.Migration):
    dependencies = [("desk", "0003_seals")]

    operations = [migrations.RunPython(commit, migrations.RunPython.noop, elidable=True)]

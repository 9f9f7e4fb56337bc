"""A house is saved, lost and put back: the rehearsal."""

import json
import tarfile
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.accounts.models import User
from apps.desk import backup
from apps.desk.models import Event, File
from tests.workorders.factories import make_authorised_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def archive(cast, media, tmp_path):
    """A backup of a house with a signed order."""
    make_authorised_order(cast)
    target = tmp_path / "house.tar"
    call_command("backup", str(target), stdout=StringIO())
    return target


def restore(target, *args):
    call_command("restore", str(target), *args, stdout=StringIO())


def rows():
    """What somebody would miss."""
    return {
        "people": list(User.objects.order_by("pk").values_list("username", "password")),
        "events": list(Event.objects.order_by("pk").values_list("pk", "kind", "at")),
        "files": list(File.objects.order_by("pk").values_list("pk", "sha256")),
    }


def test_what_was_lost_comes_back_and_the_books_are_in_order(cast, media, archive):
    before = rows()
    assert before["files"]
    assert archive.stat().st_mode & 0o077 == 0
    File.objects.first().path.unlink()
    Event.objects.all().delete()
    User.objects.filter(pk=cast.advisor.pk).update(name="overwritten")
    restore(archive, "--replace")
    assert rows() == before
    assert User.objects.get(pk=cast.advisor.pk).name == cast.advisor.name
    call_command("verify", "--files", "0", stdout=StringIO())
    User.objects.create_user("after", "the-Lifts-are-up-8", role="administrator", group=cast.group)


def test_what_came_after_the_backup_is_gone_and_a_table_too_many_as_well(cast, archive):
    Event.record("late", about=cast.store, by=None)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE leftover (id int)")
    restore(archive, "--replace")
    assert not Event.objects.filter(kind="late").exists()
    assert "leftover" not in connection.introspection.table_names()


def test_it_is_put_into_an_empty_database(archive):
    before = rows()
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    connection.close()
    restore(archive)
    assert rows() == before


def test_people_are_not_overwritten_by_mistake(cast, archive):
    Event.record("late", about=cast.store, by=None)
    with pytest.raises(CommandError, match="--replace"):
        restore(archive)
    assert Event.objects.filter(kind="late").exists()


def rewritten(archive, change):
    """The archive with one member's bytes or name changed, or left out."""
    other = archive.with_name("other.tar")
    with tarfile.open(archive) as source, tarfile.open(other, "w") as target:
        for member in source:
            data = change(member.name, source.extractfile(member).read())
            if data is not None:
                backup._add(target, member.name, data)
    return other


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda name, data: data[:-1] + b"?" if name.startswith("media/") else data, "hash"),
        (lambda name, data: None if name.startswith("media/") else data, "incomplete"),
        (lambda name, data: data[:-9] if name == "database.dump" else data, "incomplete"),
        (lambda name, data: None if name == "manifest.json" else data, "no backup"),
        (lambda name, data: _newer(data) if name == "manifest.json" else data, "newer version"),
    ],
)
def test_a_damaged_or_foreign_file_changes_nothing(cast, archive, change, words):
    Event.record("late", about=cast.store, by=None)
    with pytest.raises(CommandError, match=words):
        restore(rewritten(archive, change), "--replace")
    assert Event.objects.filter(kind="late").exists()


def _newer(data):
    manifest = json.loads(data)
    return json.dumps(manifest | {"migrations": [*manifest["migrations"], "desk.9999_to_come"]}).encode()


def test_a_file_gone_from_the_disk_is_named_and_the_rest_is_saved(cast, media, tmp_path):
    make_authorised_order(cast)
    lost = File.objects.first()
    lost.path.unlink()
    err = StringIO()
    call_command("backup", str(tmp_path / "house.tar"), stdout=StringIO(), stderr=err)
    assert lost.sha256 in err.getvalue()


def test_a_place_that_cannot_be_written_is_told_and_nothing_is_left(cast, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("backup", str(tmp_path / "no" / "house.tar"), stdout=StringIO())
    assert list(tmp_path.iterdir()) == []

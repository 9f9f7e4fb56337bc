"""Files are private and unchanged; links expire; both refuse strangers."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from PIL import Image

from apps.core import clock
from apps.core.registry import FileKind, LinkKind, registry
from apps.desk.models import File, Link
from apps.desk.models.file import MAX_BYTES


@pytest.fixture(autouse=True)
def kinds(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(
        registry, "files", {"note": FileKind("note", lambda user, file: user.role != "guard")}
    )
    monkeypatch.setattr(
        registry, "links", {"look": LinkKind("look", lambda r, link: HttpResponse(link.subject))}
    )


def issue(cast, data=b"%PDF-1.7", **fields):
    fields = {"name": "单据.pdf", "mime": "application/pdf", "kind": "note"} | fields
    return File.issue(data, about=cast.store, store=cast.store, by=cast.advisor, **fields)


def photo(name="car.jpg", size=(40, 30)):
    buffer = BytesIO()
    Image.new("RGB", size, "red").save(buffer, "JPEG")
    return SimpleUploadedFile(name, buffer.getvalue(), "image/jpeg")


def test_a_file_is_served_to_whom_its_kind_allows(cast, client):
    file = issue(cast)
    client.force_login(cast.advisor)
    response = client.get(f"/files/{file.pk}/")
    assert response.content == b"%PDF-1.7"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    client.force_login(cast.guard)
    assert client.get(f"/files/{file.pk}/").status_code == 404


def test_what_could_carry_a_script_is_only_ever_downloaded(cast, client):
    file = issue(cast, b"<script>alert(1)</script>", name="a.html", mime="text/html")
    client.force_login(cast.advisor)
    assert client.get(f"/files/{file.pk}/").headers["Content-Disposition"].startswith("attachment")


def test_bytes_altered_on_disk_are_not_served_as_the_original(cast):
    file = issue(cast)
    file.path.write_bytes(b"forged")
    with pytest.raises(ValueError, match="altered"):
        file.read()


def test_the_same_bytes_lie_on_disk_once_and_readable_by_us_alone(cast):
    first, second = issue(cast), issue(cast)
    assert first.path == second.path
    assert first.path.stat().st_mode & 0o077 == 0


def test_a_photo_is_kept_and_anything_else_is_refused(cast):
    def take(upload):
        return File.take_photo(upload, kind="note", about=cast.store, store=cast.store, by=cast.advisor)

    assert take(photo()).mime == "image/jpeg"
    with pytest.raises(ValidationError) as refused:
        take(SimpleUploadedFile("car.jpg", b"<svg onload=alert(1)>", "image/jpeg"))
    assert refused.value.code == "not_a_photo"
    large = photo()
    large.size = MAX_BYTES + 1
    with pytest.raises(ValidationError) as refused:
        take(large)
    assert refused.value.code == "file_too_large"


def test_a_link_opens_until_it_expires_and_only_its_digest_is_stored(cast, client):
    link, url = Link.objects.issue(
        "look",
        about=cast.store,
        store=cast.store,
        expires_at=clock.now() + timedelta(days=1),
        by=cast.advisor,
    )
    path = "/" + url.split("/", 3)[3]
    assert client.get(path).content.decode() == f"accounts.store:{cast.store.pk}"
    assert link.digest not in url
    Link.objects.update(expires_at=clock.now())
    assert client.get(path).status_code == 404


def test_a_guessed_or_withdrawn_link_opens_nothing(cast, client):
    _link, url = Link.objects.issue(
        "look", about=cast.store, store=cast.store, expires_at=clock.now() + timedelta(days=1), by=None
    )
    assert client.get("/l/guess/").status_code == 404
    Link.objects.update(withdrawn_at=clock.now())
    assert client.get("/" + url.split("/", 3)[3]).status_code == 404

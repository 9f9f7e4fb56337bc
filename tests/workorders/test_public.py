"""The customer's own page: bound to the version that was sent, answered line by line."""

import base64
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from apps.core import clock
from apps.desk.models import File, Link
from apps.workorders import services
from apps.workorders.models import Authorisation
from tests.workorders.factories import labour, make_authorised_order, make_order, part, signature_png

D = Decimal
SIGNED = "data:image/png;base64," + base64.b64encode(signature_png()).decode()


@pytest.fixture
def additional(cast):
    """An order with two added lines, and the path of the link the customer got."""
    order = make_authorised_order(cast)
    lines = services.add_lines(
        order, [labour(cast, name="更换前刹车片", is_safety_relevant=True), part(cast)], by=cast.advisor
    )
    return order, lines, send(cast, order)


def send(cast, order) -> str:
    _link, url = services.send_link(order, by=cast.advisor)
    return "/l/" + url.split("/l/")[1]


def word(version: int, yes=(), no=(), **fields) -> dict:
    return (
        {"version": version, "given_by": "王晓明", "signature_png": SIGNED}
        | {f"line_{line.pk}": "yes" for line in yes}
        | {f"line_{line.pk}": "no" for line in no}
        | fields
    )


def test_one_line_is_accepted_and_another_declined_without_a_login(client, additional):
    order, (yes, no), path = additional
    page = client.get(path).content.decode()
    assert yes.description in page
    assert order.versions.get(number=2).sha256 in page
    assert client.post(path, word(2, [yes], [no])).status_code == 302
    yes.refresh_from_db()
    no.refresh_from_db()
    assert (yes.state, no.state, no.declined_by) == ("authorised", "declined", "王晓明")
    consent = Authorisation.objects.get(method="link")
    assert (consent.taken_by, consent.signature.read()) == (None, signature_png())
    assert "已记录" in client.get(path).content.decode()


def test_every_line_needs_an_answer_a_name_and_a_signature(client, additional):
    _order, (yes, no), path = additional
    for incomplete in (
        word(2, [yes]),
        word(2, [yes], [no], given_by=""),
        word(2, [yes], [no], signature_png=""),
        word(2, [yes], [no], signature_png="data:image/png;base64,!!!"),
    ):
        assert client.post(path, incomplete).status_code == 422
    assert not Authorisation.objects.filter(method="link").exists()
    kept = client.post(path, word(2, [yes], given_by="王晓明")).content.decode()
    assert f'name="line_{yes.pk}" value="yes" checked' in kept
    assert "王晓明" in kept


def test_a_changed_order_says_so_shows_the_new_state_and_is_signed_only_anew(cast, client, additional):
    order, (yes, no), path = additional
    services.edit_line(yes, by=cast.advisor, unit_price=D("333.00"))
    page = client.get(path).content.decode()
    assert "委托书有改动" in page
    assert "333.00" in page
    assert "signature_png" not in page
    client.post(path, word(2, [yes, no]))
    assert not Authorisation.objects.filter(method="link").exists()
    assert client.post(path, {"renew": "1"}).status_code == 302
    page = client.get(path).content.decode()
    assert "signature_png" in page
    assert order.versions.count() == 3
    client.post(path, word(2, [yes, no]))
    assert not Authorisation.objects.filter(method="link").exists(), "the tab of the old version"
    client.post(path, word(3, [yes, no]))
    assert Authorisation.objects.get(method="link").version.number == 3


def test_looking_changes_nothing(cast, client, additional):
    order, lines, path = additional
    services.edit_line(lines[0], by=cast.advisor, unit_price=D("333.00"))
    for _look in range(2):
        client.get(path)
    assert order.versions.count() == 2


def test_a_second_answer_changes_nothing(client, additional):
    _order, (yes, no), path = additional
    client.post(path, word(2, [yes], [no]))
    client.post(path, word(2, [no], [yes]))
    no.refresh_from_db()
    assert no.state == "declined"


def test_an_estimate_that_is_declined_altogether_is_refused_with_a_sentence(cast, client):
    order = make_order(cast)
    path = send(cast, order)
    answer = client.post(path, word(1, [], list(order.lines.all())))
    assert answer.status_code == 409
    order.refresh_from_db()
    assert order.status == "estimate"


def test_an_expired_withdrawn_or_invented_link_is_dead(client, additional):
    _order, _lines, path = additional
    assert client.get("/l/invented/").status_code == 404
    Link.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert client.get(path).status_code == 404
    Link.objects.update(expires_at=clock.now() + timedelta(hours=1), withdrawn_at=clock.now())
    assert client.get(path).status_code == 404


def test_a_closed_order_cannot_be_answered(cast, client):
    order = make_order(cast)
    path = send(cast, order)
    services.decline(order, by=cast.advisor, reason="walked out")
    page = client.get(path).content.decode()
    assert "不能在此答复" in page
    client.post(path, word(1, list(order.lines.all())))
    assert not Authorisation.objects.exists()


def test_photos_of_this_order_are_shown_and_no_other_file(cast, client, additional):
    order, lines, _path = additional

    def photo(line):
        buffer = BytesIO()
        Image.new("RGB", (8, 8), (line.pk % 255, 0, 0)).save(buffer, "JPEG")
        upload = SimpleUploadedFile("a.jpg", buffer.getvalue(), "image/jpeg")
        return File.take_photo(upload, kind="workorders.photo", about=line, store=cast.store, by=cast.advisor)

    mine, foreign = photo(lines[0]), photo(make_order(cast).lines.first())
    signature = File.objects.get(kind="workorders.signature")
    path = send(cast, order)
    assert f"?photo={mine.pk}" in client.get(path).content.decode()
    assert client.get(f"{path}?photo={mine.pk}").content == mine.read()
    for other in (foreign.pk, signature.pk, "nonsense"):
        assert client.get(f"{path}?photo={other}").status_code == 404


def test_a_photo_taken_after_freezing_makes_it_another_version(cast, additional):
    order, lines, _path = additional
    buffer = BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    File.take_photo(
        SimpleUploadedFile("a.png", buffer.getvalue(), "image/png"),
        kind="workorders.photo",
        about=lines[0],
        store=cast.store,
        by=cast.advisor,
    )
    assert services.freeze(order, by=cast.advisor).number == 3

"""Every page and act of the room: does it, refuses a stranger, refuses GET, refuses a stale tab."""

import re
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from apps.core.registry import registry
from apps.desk.models import File, SearchKey
from apps.desk.views.search import find
from apps.workorders import services
from apps.workorders.listing import PAGE
from apps.workorders.models import Authorisation, WorkOrder
from tests.workorders.factories import (
    labour,
    make_authorised_order,
    make_operation,
    make_order,
    make_package,
    make_visit,
    part,
    signature_png,
)

D = Decimal
ASIDE = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")


def png(data: bytes) -> str:
    import base64

    return "data:image/png;base64," + base64.b64encode(data).decode()


def queries(client, url) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200
    return len([q for q in captured.captured_queries if not q["sql"].startswith(ASIDE)])


def badge_queries(user) -> int:
    """What the other rooms' figures in the rail cost."""
    with CaptureQueriesContext(connection) as captured:
        for item in registry.nav:
            if item.badge and user.has_perm(item.perm):
                item.badge(user)
    return len(captured)


@pytest.fixture
def desk(client, cast):
    """The advisor's browser."""
    client.force_login(cast.advisor)
    return client


class TestList:
    def test_it_shows_open_orders_newest_first_and_filters(self, cast, desk):
        first, second = make_order(cast), make_authorised_order(cast)
        WorkOrder.objects.filter(pk=first.pk).update(status="delivered")
        page = desk.get("/work-orders/").content.decode()
        assert second.number in page
        assert first.number not in page
        assert first.number in desk.get("/work-orders/?status=delivered").content.decode()
        everything = desk.get("/work-orders/?status=all").content.decode()
        assert everything.index(second.number) < everything.index(first.number)

    def test_an_order_is_found_by_the_end_of_its_number_and_by_the_plate(self, cast, desk):
        order, other = make_order(cast), make_order(cast)
        SearchKey.objects.put("vehicle", order.vehicle_id, [order.vehicle.plate, order.vehicle.plate[1:]])
        for text in (order.number, order.number.split("-", 2)[-1], order.vehicle.plate[1:]):
            page = desk.get("/work-orders/", {"q": text}).content.decode()
            assert order.number in page, text
            assert other.number not in page, text
        assert "没有找到" in desk.get("/work-orders/", {"q": "nothing like it"}).content.decode()

    def test_mine_and_one_advisor(self, cast, desk):
        mine = make_order(cast)
        hers = make_order(cast, advisor=cast.reception_supervisor)
        page = desk.get("/work-orders/?advisor=me").content.decode()
        assert (mine.number in page, hers.number in page) == (True, False)
        page = desk.get(f"/work-orders/?advisor={cast.reception_supervisor.pk}").content.decode()
        assert (mine.number in page, hers.number in page) == (False, True)

    def test_an_order_in_which_something_waits_is_marked(self, cast, desk):
        order = make_authorised_order(cast)
        assert "待授权" not in desk.get("/work-orders/").content.decode()
        services.add_lines(order, [labour(cast)], by=cast.advisor)
        assert "待授权" in desk.get("/work-orders/").content.decode()

    def test_nonsense_in_the_address_shows_the_usual_list(self, cast, desk):
        order = make_order(cast)
        for query in ("status=x", "after=x", "before=-1", f"after={'9' * 30}", "advisor=x"):
            assert order.number in desk.get(f"/work-orders/?{query}").content.decode(), query

    def test_pages_go_on_and_back_without_losing_a_row(self, cast, desk):
        vehicle = make_order(cast, []).vehicle
        for _n in range(PAGE + 4):
            make_order(cast, [], vehicle=vehicle)
        newest = list(WorkOrder.objects.order_by("-pk").values_list("number", flat=True))
        first = desk.get("/work-orders/").content.decode()
        link = re.search(r'href="(\?after=\d+)"', first)[1]
        second = desk.get(f"/work-orders/{link}").content.decode()
        assert [n for n in newest if n in first] == newest[:PAGE]
        assert [n for n in newest if n in second] == newest[PAGE:]
        back = re.search(r'href="(\?before=\d+)"', second)[1]
        assert [n for n in newest if n in desk.get(f"/work-orders/{back}").content.decode()] == newest[:PAGE]

    def test_it_takes_the_same_few_queries_at_three_rows_and_at_fifty(self, cast, desk):
        vehicle = make_order(cast).vehicle
        desk.get("/work-orders/")
        few = queries(desk, "/work-orders/")
        for _n in range(50):
            make_order(cast, [labour(cast)], vehicle=vehicle)
        assert queries(desk, "/work-orders/") == few
        badges = badge_queries(cast.advisor)
        assert few - badges <= 8
        assert queries(desk, "/work-orders/?q=浙A&status=all") - badges <= 9

    def test_other_stores_orders_are_not_there(self, cast, client):
        order = make_order(cast)
        for outsider in (cast.stranger, cast.neighbour):
            client.force_login(outsider)
            assert order.number not in client.get("/work-orders/?status=all").content.decode()
            assert client.get(f"/work-orders/{order.pk}/").status_code == 404

    def test_the_search_box_finds_it_for_those_who_may_see_it(self, cast):
        order = make_order(cast)
        (group,) = find(cast.advisor, order.number)
        assert group["rows"][0]["url"] == f"/work-orders/{order.pk}/"
        assert find(cast.stranger, order.number) == []
        assert find(cast.guard, order.number) == []


class TestOrderPage:
    def test_sixty_lines_take_the_queries_of_three(self, cast, desk):
        small = make_order(cast, [labour(cast), labour(cast), part(cast)])
        large = make_order(cast, [labour(cast, name=f"job {n}") for n in range(30)] + [part(cast)] * 30)
        for order in (small, large):
            services.freeze(order, by=cast.advisor)
        desk.get(f"/work-orders/{small.pk}/")
        few, many = (queries(desk, f"/work-orders/{order.pk}/") for order in (small, large))
        assert few == many
        # What later rooms draw on the page is theirs to count.
        with CaptureQueriesContext(connection) as theirs:
            registry.actions_for("workorder", large, cast.advisor)
            registry.panels_for("workorder", large, cast.advisor)
        assert many - len(theirs) - badge_queries(cast.advisor) <= 12

    def test_lines_are_added_from_the_catalogue_changed_and_removed(self, cast, desk):
        order = make_order(cast, [])
        operation, spare = make_operation(cast, name="四轮定位"), part(cast).part
        package = make_package(cast, make_operation(cast), spare)
        url = f"/work-orders/{order.pk}/lines/"
        for name, thing in (("operation", operation), ("part", spare), ("package", package)):
            assert desk.post(url, {name: thing.pk}).status_code == 302
        assert order.lines.count() == 4
        line = order.lines.first()
        form = {
            "description": "四轮定位及调整",
            "quantity": "1.5",
            "unit_price": "¥200",
            "discount": "",
            "payer": "customer",
            "wish": "required",
            "reason": "轮胎偏磨",
        }
        assert desk.post(f"{url}{line.pk}/", form).status_code == 302
        line.refresh_from_db()
        assert (line.description, line.amount, line.reason) == ("四轮定位及调整", D("300.00"), "轮胎偏磨")
        desk.post(f"{url}{line.pk}/removal/")
        assert order.lines.count() == 3

    def test_with_htmx_the_lines_and_everything_around_them_are_redrawn(self, cast, desk):
        order = make_order(cast, [])
        answer = desk.post(
            f"/work-orders/{order.pk}/lines/",
            {"operation": make_operation(cast, name="四轮定位").pk},
            headers={"HX-Request": "true"},
        ).content.decode()
        assert "四轮定位" in answer
        for part_of_page in ("order-side", "order-actions", "order-status"):
            assert f'id="{part_of_page}" hx-swap-oob' in answer or f'id="{part_of_page}"' in answer
        assert "<html" not in answer

    def test_a_second_press_adds_one_line(self, cast, desk):
        order = make_order(cast, [])
        form = {"operation": make_operation(cast).pk, "_once": "abc"}
        for _press in range(2):
            desk.post(f"/work-orders/{order.pk}/lines/", form)
        assert order.lines.count() == 1

    def test_a_wrong_line_form_keeps_what_was_typed(self, cast, desk):
        order = make_order(cast, [])
        answer = desk.post(
            f"/work-orders/{order.pk}/lines/new/",
            {"kind": "fee", "description": "拖车费", "quantity": "0", "unit_price": "twelve"},
        )
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "拖车费" in page
        assert "twelve" in page
        assert not order.lines.exists()

    def test_a_stale_tab_shows_both_values_and_changes_nothing(self, cast, desk):
        order = make_order(cast, [labour(cast, unit_price=D(100))])
        line = order.lines.get()
        url = f"/work-orders/{order.pk}/lines/{line.pk}/"
        seen = re.search(r'name="seen" value="([^"]*)"', desk.get(url).content.decode())[1]
        services.edit_line(line, by=cast.manager, unit_price=D(300))
        form = {"description": line.description, "quantity": "0.5", "unit_price": "200", "discount": "0"}
        answer = desk.post(url, form | {"payer": "customer", "wish": "wished", "seen": seen})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "300.00" in page
        assert "200" in page
        line.refresh_from_db()
        assert line.unit_price == 300

    def test_a_stale_options_form_is_shown_against_what_is_stored(self, cast, desk):
        order = make_order(cast)
        url = f"/work-orders/{order.pk}/options/"
        form = {
            "version": order.version,
            "payment_method": "cash",
            "old_parts": "keep",
            "hand_back": "collect",
            "tolerance_amount": "50",
            "tolerance_minutes": "30",
        }
        services.change_options(order, by=cast.manager, old_parts="dispose")
        assert desk.post(url, form).status_code == 422
        assert desk.post(url, form | {"version": order.version}).status_code == 302
        order.refresh_from_db()
        assert (order.payment_method, order.tolerance_amount) == ("cash", 50)

    def test_the_promise_is_changed_on_its_form_and_refused_with_a_sentence(self, cast, desk):
        order = make_order(cast)
        url = f"/work-orders/{order.pk}/promise/"
        assert desk.get(url).status_code == 200
        assert desk.post(url, {"promised_at": ""}).status_code == 422
        assert desk.post(url, {"promised_at": "2020-01-01T10:00"}).status_code == 409
        assert desk.post(url, {"promised_at": "2099-01-01T10:00"}).status_code == 302

    def test_a_photo_of_what_was_found_hangs_on_its_line(self, cast, desk):
        order = make_order(cast)
        line = order.lines.first()
        buffer = BytesIO()
        Image.new("RGB", (8, 8)).save(buffer, "JPEG")
        photo = SimpleUploadedFile("a.jpg", buffer.getvalue(), "image/jpeg")
        url = f"/work-orders/{order.pk}/lines/{line.pk}/photos/"
        assert desk.post(url, {"photo": photo}).status_code == 302
        assert File.objects.get(kind="workorders.photo").subject == f"workorders.line:{line.pk}"
        fake = SimpleUploadedFile("a.jpg", b"<script>", "image/jpeg")
        assert desk.post(url, {"photo": fake}).status_code == 409

    def test_the_order_opens_from_the_visit_once(self, cast, desk):
        visit = make_visit(cast)
        url = f"/visits/{visit.pk}/work-order/"
        first, second = desk.post(url), desk.post(url)
        assert first.url == second.url
        assert WorkOrder.objects.filter(visit=visit).count() == 1

    def test_declining_closes_the_order(self, cast, desk):
        order = make_order(cast)
        url = f"/work-orders/{order.pk}/decline/"
        assert desk.post(url, {"reason": ""}).status_code == 422
        assert desk.post(url, {"reason": "too expensive"}).status_code == 302
        order.refresh_from_db()
        assert order.status == "declined"

    @pytest.mark.parametrize("text", ["<script>alert(1)</script>", "' OR 1=1 --", "%", "_"])
    def test_scripts_and_wildcards_in_text_are_only_text(self, cast, desk, text):
        order = make_order(cast, customer_words=text)
        assert "<script>alert" not in desk.get(f"/work-orders/{order.pk}/").content.decode()
        hits = desk.get(f"/work-orders/{order.pk}/catalogue/", {"q": text}, headers={"HX-Request": "true"})
        assert hits.status_code == 200


class TestVersionPage:
    def test_the_frozen_version_is_shown_and_signed(self, cast, desk):
        order = make_order(cast)
        answer = desk.post(f"/work-orders/{order.pk}/versions/")
        page = desk.get(answer.url).content.decode()
        assert order.versions.get().sha256 in page
        word = {f"line_{line.pk}": "yes" for line in order.lines.all()}
        empty = desk.post(answer.url, word | {"given_by": "王", "signature_png": ""})
        assert empty.status_code == 422
        unanswered = desk.post(answer.url, {"given_by": "王", "signature_png": png(signature_png())})
        assert unanswered.status_code == 422
        signed = desk.post(answer.url, word | {"given_by": "王", "signature_png": png(signature_png())})
        assert signed.status_code == 302
        order.refresh_from_db()
        assert order.status == "authorised"
        assert "王" in desk.get(answer.url).content.decode()

    def test_a_stale_version_says_so_and_cannot_be_signed(self, cast, desk):
        order = make_order(cast)
        url = desk.post(f"/work-orders/{order.pk}/versions/").url
        services.edit_line(order.lines.first(), by=cast.advisor, quantity=D(3))
        page = desk.get(url).content.decode()
        assert "不能再签字" in page
        word = {f"line_{line.pk}": "yes" for line in order.lines.all()}
        answer = desk.post(url, word | {"given_by": "王", "signature_png": png(signature_png())})
        assert answer.status_code == 409
        assert not Authorisation.objects.exists()

    def test_consent_by_phone_is_recorded(self, cast, desk):
        order = make_order(cast)
        url = desk.post(f"/work-orders/{order.pk}/versions/").url
        word = {f"line_{line.pk}": "yes" for line in order.lines.all()} | {"given_by": "王"}
        bad = desk.post(f"{url}phone/", word | {"phone": "12", "said": "好的"})
        assert bad.status_code == 422
        assert "好的" in bad.content.decode()
        assert desk.post(f"{url}phone/", word | {"phone": "13812345678", "said": "好的"}).status_code == 302
        assert Authorisation.objects.get().phone == "+8613812345678"

    def test_a_technician_may_look_but_not_sign(self, cast, client):
        order = make_order(cast)
        version = services.freeze(order, by=cast.advisor)
        client.force_login(cast.technician)
        url = reverse("workorders:version", args=[order.pk, version.number])
        assert client.get(url).status_code == 200
        assert client.post(url, {"given_by": "x"}).status_code == 403

    def test_an_estimate_on_paper_is_asked_for_once(self, cast, desk):
        from apps.desk.models import PdfJob

        order = make_order(cast)
        for _press in range(2):
            desk.post(f"/work-orders/{order.pk}/versions/", {"paper": "1"})
        assert PdfJob.objects.get().kind == "workorders.estimate"


POSTS = [
    "workorders:create",
    "workorders:line_create",
    "workorders:line_remove",
    "workorders:photo_create",
    "workorders:version_create",
    "workorders:phone_consent",
    "workorders:link_create",
]


@pytest.mark.parametrize("name", POSTS)
def test_acts_refuse_get_and_strangers(cast, client, name):
    from tests.workorders.samples import samples

    url = reverse(name, kwargs=samples(cast)[name])
    client.force_login(cast.advisor)
    assert client.get(url).status_code == 405
    for outsider in (cast.stranger, cast.neighbour):
        client.force_login(outsider)
        assert client.post(url).status_code == 404
    client.force_login(cast.technician)
    assert client.post(url).status_code == 403


def test_a_line_of_another_order_does_not_exist_under_this_one(cast, client):
    order, other = make_order(cast), make_order(cast)
    client.force_login(cast.advisor)
    url = f"/work-orders/{order.pk}/lines/{other.lines.first().pk}/"
    assert client.get(url).status_code == 404
    assert client.post(f"{url}removal/").status_code == 404
    assert other.lines.count() == 2

"""The parts clerk's pages."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.parts import services
from apps.parts.listing import PAGE
from apps.parts.models import Movement, StockItem
from tests.parts.factories import make_demand, make_part, make_stock
from tests.parts.samples import samples

D = Decimal


@pytest.fixture
def desk(client, cast):
    """The parts clerk's browser."""
    client.force_login(cast.parts_clerk)
    return client


def queries(client, url) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_stock_is_found_by_number_and_name_and_what_must_be_ordered_is_listed(cast, desk):
    item = make_stock(cast, make_part(cast, name="前刹车片"))
    other = make_stock(cast, make_part(cast, name="机油"))
    StockItem.objects.filter(pk=other.pk).update(reorder_point=10)
    for query, hit, miss in (
        ({"q": "刹车"}, item, other),
        ({"q": item.part.code.lower()}, item, other),
        ({"low": "1"}, other, item),
    ):
        page = desk.get("/stock/", query).content.decode()
        assert hit.part.code in page
        assert miss.part.code not in page


def shown(page: str) -> list[str]:
    """Part numbers in the list, from the top."""
    return re.findall(r">(P-\d+)</a>", page)


def test_pages_of_stock_go_on_and_back(cast, desk):
    codes = sorted(make_stock(cast).part.code for _n in range(PAGE + 3))
    first = desk.get("/stock/").content.decode()
    link = re.search(r'href="(\?after=[^"]+)"', first)[1]
    second = desk.get(f"/stock/{link}").content.decode()
    assert shown(first) == codes[:PAGE]
    assert shown(second) == codes[PAGE:]
    back = re.search(r'href="(\?before=[^"]+)"', second)[1]
    assert shown(desk.get(f"/stock/{back}").content.decode()) == codes[:PAGE]
    assert desk.get("/stock/?after=nonsense").status_code == 200


def test_lists_take_the_same_queries_at_one_row_and_at_thirty(cast, desk):
    make_demand(cast, make_stock(cast).part, 1, released=True)
    pages = ("/stock/", "/parts/to-issue/")
    desk.get("/stock/")
    few = [queries(desk, url) for url in pages]
    for n in range(30):
        make_demand(cast, make_stock(cast).part, 1 + 20 * (n % 2), released=n % 3 > 0)
    assert [queries(desk, url) for url in pages] == few


def test_a_part_shows_its_ledger_with_the_running_balance(cast, desk):
    item = make_stock(cast, quantity=10)
    demand = make_demand(cast, item.part, 4, purpose="WO-77", released=True)
    services.issue(demand, by=cast.parts_clerk)
    page = desk.get(f"/stock/{item.pk}/").content.decode()
    assert "WO-77" in page
    assert "−4" in page
    assert "+10" in page


def test_goods_are_received_by_the_part_number(cast, desk):
    part = make_part(cast)
    answer = desk.post("/stock/receive/", {"code": part.code.lower(), "quantity": "3", "shelf": "B2"})
    assert answer.status_code == 302
    item = StockItem.objects.get(part=part)
    assert (item.on_hand, item.shelf) == (3, "B2")
    wrong = desk.post("/stock/receive/", {"code": "nothing", "quantity": "-3"})
    assert wrong.status_code == 422
    assert "nothing" in wrong.content.decode()
    assert Movement.objects.count() == 1


def test_a_count_is_recorded_and_refused_with_a_sentence_below_what_is_reserved(cast, desk):
    item = make_stock(cast, quantity=5)
    make_demand(cast, item.part, 3)
    url = f"/stock/{item.pk}/count/"
    assert desk.post(url, {"counted": "4", "note": "one broken"}).status_code == 302
    assert desk.post(url, {"counted": "1", "note": "lost"}).status_code == 409
    assert desk.post(url, {"counted": "", "note": ""}).status_code == 422
    item.refresh_from_db()
    assert item.on_hand == 4


def test_the_queue_tells_what_is_there_what_is_partly_there_and_what_is_missing(cast, desk):
    make_demand(cast, make_stock(cast, quantity=5).part, 2, purpose="WHOLE", released=True)
    make_demand(cast, make_stock(cast, quantity=1).part, 2, purpose="PARTLY", released=True)
    make_demand(cast, None, 2, purpose="MISSING", released=True)
    make_demand(cast, None, 2, purpose="ESTIMATE")
    make_demand(cast, make_stock(cast, quantity=5).part, 2, purpose="UNSIGNED")
    page = desk.get("/parts/to-issue/").content.decode()
    order = ["WHOLE", "PARTLY", "MISSING", "ESTIMATE"]
    assert sorted(order, key=page.index) == order
    assert "UNSIGNED" not in page


def test_one_press_issues_and_a_second_press_does_nothing_more(cast, desk):
    demand = make_demand(cast, make_stock(cast).part, 2, released=True)
    for _press in range(2):
        desk.post(f"/parts/demands/{demand.pk}/issue/", {"_once": "k"})
    demand.refresh_from_db()
    assert (demand.issued, Movement.objects.filter(kind="issue").count()) == (2, 1)
    assert desk.post(f"/parts/demands/{demand.pk}/issue/").status_code == 409


def test_an_unreleased_part_is_not_issued_by_a_forged_request(cast, desk):
    demand = make_demand(cast, make_stock(cast).part, 2)
    assert desk.post(f"/parts/demands/{demand.pk}/issue/").status_code == 409
    assert not Movement.objects.filter(kind="issue").exists()


def test_expected_days_returns_and_reservations(cast, desk):
    part = make_part(cast)
    demand = make_demand(cast, part, 2, released=True)
    url = f"/parts/demands/{demand.pk}/"
    assert desk.post(f"{url}expected/", {"expected_on": "2026-12-01"}).status_code == 302
    assert desk.post(f"{url}expected/", {"expected_on": "soon"}).status_code == 409
    make_stock(cast, part, 2)
    desk.post(f"{url}release/", {"reason": "another waits in the bay"})
    demand.refresh_from_db()
    assert (str(demand.expected_on), demand.reserved) == ("2026-12-01", 0)
    desk.post(f"{url}reservation/")
    desk.post(f"{url}issue/")
    assert desk.post(f"{url}return/", {"quantity": "9", "note": "wrong side"}).status_code == 409
    assert desk.post(f"{url}return/", {"quantity": "1", "note": "wrong side"}).status_code == 302
    demand.refresh_from_db()
    assert demand.issued == 1


@pytest.mark.parametrize(
    "name", ["parts:count", "parts:place", "parts:issue", "parts:expect", "parts:return", "parts:release"]
)
def test_acts_refuse_get_strangers_and_other_roles(cast, client, name):
    url = reverse(name, kwargs=samples(cast)[name])
    client.force_login(cast.parts_clerk)
    assert client.get(url).status_code == 405
    client.force_login(cast.technician)
    assert client.post(url).status_code == 403
    for outsider in (cast.stranger, cast.neighbour):
        type(outsider).objects.filter(pk=outsider.pk).update(role="parts_clerk")
        client.force_login(type(outsider).objects.get(pk=outsider.pk))
        assert client.post(url).status_code == 404


def test_the_api_lists_stock_and_receives(cast, client):
    item = make_stock(cast, quantity=5)
    client.force_login(cast.parts_clerk)
    (row,) = client.get("/api/v1/parts/", {"code": item.part.code}).json()["results"]
    assert (row["on_hand"], row["available"]) == ("5.00", "5.00")
    url = f"/api/v1/parts/{item.pk}/receive/"
    answers = [
        client.post(url, {"quantity": "2"}, headers={"Idempotency-Key": "k"}).json()["on_hand"]
        for _n in range(2)
    ]
    assert answers == ["7.00", "7.00"]
    assert client.post(url, {"quantity": "0"}).status_code == 400
    client.force_login(cast.advisor)
    assert client.get(f"/api/v1/parts/{item.pk}/").status_code == 200
    assert client.post(url, {"quantity": "2"}).status_code == 403
    client.force_login(cast.stranger)
    assert client.get(f"/api/v1/parts/{item.pk}/").status_code == 404

"""The price list's pages."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.catalog.models import LabourOperation, Package, Part
from apps.desk.models import Event
from tests.catalog.factories import make_operation, make_package, make_part
from tests.catalog.samples import samples

pytestmark = pytest.mark.django_db
LISTS = ["catalog:operations", "catalog:parts", "catalog:packages"]
CREATES = ["catalog:operation_create", "catalog:part_create", "catalog:package_create"]


@pytest.fixture
def clerk(client, cast):
    client.force_login(cast.parts_clerk)
    return client


def package_form(*lines, **fields):
    data = {"code": "TC-1", "name": "小保养", "lines-TOTAL_FORMS": len(lines) + 1, "lines-INITIAL_FORMS": 0}
    for n, (code, quantity) in enumerate(lines):
        data |= {f"lines-{n}-code": code, f"lines-{n}-quantity": quantity}
    return data | fields


def test_everybody_reads_the_price_list_and_few_change_it(client, cast):
    make_package(cast)
    client.force_login(cast.technician)
    for name in LISTS:
        page = client.get(reverse(name))
        assert page.status_code == 200
        assert reverse(f"catalog:{page.context['tab']}_create") not in page.content.decode()
    for name in CREATES:
        assert client.get(reverse(name)).status_code == 403
        assert client.post(reverse(name), {}).status_code == 403


def test_an_operation_is_entered_and_changed(clerk):
    fields = {
        "code": "by900",
        "name": "更换机油",
        "flat_rate_hours": "0.5",
        "work_kind": "maintenance",
        "bay_kind": "express",
        "skill": "general",
    }
    assert clerk.post(reverse("catalog:operation_create"), fields).status_code == 302
    row = LabourOperation.objects.get(code="BY900")
    url = reverse("catalog:operation_update", args=[row.pk])
    changed = fields | {"flat_rate_hours": "0.7", "version": row.version, "is_active": "on"}
    assert clerk.post(url, changed).status_code == 302
    row.refresh_from_db()
    assert row.flat_rate_hours == Decimal("0.7")
    stale = clerk.post(url, changed | {"flat_rate_hours": "0.9"})
    assert stale.status_code == 422
    assert "0.9" in stale.content.decode()
    kinds = list(Event.objects.about(row).values_list("kind", flat=True))
    assert kinds == ["catalog.changed", "catalog.added"]


@pytest.mark.parametrize(("price", "status"), [("¥1,234.50", 302), ("12,50", 422), ("-1", 422), ("", 422)])
def test_a_part_is_entered_at_a_price_as_people_type_it(clerk, price, status):
    fields = {"code": "P1", "name": "制动片", "price": price}
    assert clerk.post(reverse("catalog:part_create"), fields).status_code == status
    assert Part.objects.filter(price=Decimal("1234.50")).count() == (status == 302)


def test_a_code_is_taken_once_in_the_group(clerk, cast):
    make_part(cast, code="P1")
    refused = clerk.post(reverse("catalog:part_create"), {"code": "p1", "name": "x", "price": "1"})
    assert list(refused.context["form"].errors) == ["code"]


def test_hours_go_in_tenths(clerk):
    refused = clerk.post(reverse("catalog:operation_create"), {"code": "a", "flat_rate_hours": "0.55"})
    assert "flat_rate_hours" in refused.context["form"].errors


def test_a_package_is_entered_with_lines_and_changed(clerk, cast):
    operation, part = make_operation(cast), make_part(cast, price=Decimal("46.00"))
    url = reverse("catalog:package_create")
    response = clerk.post(url, package_form((operation.code.lower(), "1"), (part.code, "2")))
    package = Package.objects.get(code="TC-1")
    assert response.url == reverse("catalog:package", args=[package.pk])
    shown = clerk.get(response.url)
    assert shown.context["total"] == Decimal("0.5") * 280 + 92
    edit = reverse("catalog:package_update", args=[package.pk])
    assert part.code in clerk.get(edit).content.decode()
    fewer = package_form(
        (operation.code, "1"),
        (part.code, "2"),
        **{"lines-INITIAL_FORMS": 2, "lines-1-DELETE": "on", "version": package.version, "is_active": "on"},
    )
    assert clerk.post(edit, fewer).status_code == 302
    assert [line.operation for line in package.lines.all()] == [operation]


@pytest.mark.parametrize("codes", [[], ["nothing"], ["same", "same"]])
def test_a_package_of_nothing_of_the_unknown_or_of_doubles_is_refused(clerk, cast, codes):
    make_part(cast, code="same")
    lines = [(code, "1") for code in codes]
    refused = clerk.post(reverse("catalog:package_create"), package_form(*lines))
    assert refused.status_code == 422
    assert "小保养" in refused.content.decode()
    assert not Package.objects.exists()


def test_lists_find_by_code_and_name_and_hide_what_is_not_sold(clerk, cast):
    make_part(cast, code="YC-1", name="机油滤清器")
    make_part(cast, code="YC-2", name="火花塞")
    make_part(cast, code="YC-3", name="旧滤清器", is_active=False)

    def codes(**query):
        return [row.code for row, _price in clerk.get(reverse("catalog:parts"), query).context["rows"]]

    assert codes() == ["YC-1", "YC-2"]
    assert codes(q="滤清") == ["YC-1"]
    assert codes(q="yc-2") == ["YC-2"]
    assert codes(q="滤清", all="1") == ["YC-1", "YC-3"]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_as_many_queries_for_a_hundred_rows_as_for_three(name, clerk, cast):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert clerk.get(reverse(name)).status_code == 200
        return len(captured)

    for _ in range(3):
        make_package(cast)
    queries()  # the first page of a process fills caches
    few = queries()
    for _ in range(97):
        make_package(cast)
    assert queries() == few


def test_another_house_has_its_own_price_list(client, cast):
    client.force_login(cast.stranger)
    type(cast.stranger).objects.filter(pk=cast.stranger.pk).update(role="service_manager")
    for name, kwargs in samples(cast).items():
        assert client.get(reverse(name, kwargs=kwargs)).status_code == 404

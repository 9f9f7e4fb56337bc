"""Which cars a recall concerns, lists as makers send them, and what came of it on a car."""

import io
import zipfile
from datetime import timedelta

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.catalog.models import Brand, VehicleModel
from apps.core import clock, sheets, vin
from apps.core.errors import DomainError
from apps.customers import campaigns, vin_lists
from apps.customers.models import Campaign, CampaignRange, CampaignVehicle, Vehicle
from apps.customers.models.campaign import serial, settle_by_work
from apps.desk.models import Event
from tests.appointments.factories import make_package
from tests.customers.factories import make_campaign, make_customer, make_vehicle
from tests.customers.factories import make_vin as of_number
from tests.reception.factories import make_visit

pytestmark = pytest.mark.django_db
Result = CampaignVehicle.Result


def car(cast, n, plate="浙A10001", **fields):
    return make_vehicle(cast, vin=of_number(n), plate=plate, **fields)


def ranged(cast, *ranges, models=(), regions=(), **fields):
    campaign = Campaign(group=cast.group, number="R1", title="召回", **fields)
    campaign.concern(ranges=ranges, vehicle_models=models, regions=regions, by=cast.manager)
    return campaign


def on_list(campaign):
    return {row.vehicle.plate for row in campaign.cars.select_related("vehicle")}


# -- which cars --------------------------------------------------------------------------------------


def test_a_range_counts_both_ends_and_does_not_look_at_the_check_digit(cast):
    for n in (100, 101, 150, 199, 200):
        car(cast, n, plate=f"浙A{n:05d}")
    first, last = of_number(101), of_number(199)
    digits = {of_number(n)[8] for n in range(101, 200)}
    assert len(digits) > 5, "a comparison of whole VINs would go by position 9"
    assert on_list(ranged(cast, (first, last))) == {"浙A00101", "浙A00150", "浙A00199"}


def test_model_and_region_narrow_what_the_vins_name(cast):
    brand = Brand.objects.create(group=cast.group, name="远川")
    model = VehicleModel.objects.create(brand=brand, name="云岭")
    car(cast, 1, plate="浙A00001", model=model)
    car(cast, 2, plate="沪A00002", model=model)
    car(cast, 3, plate="浙A00003")
    both = (of_number(1), of_number(3))
    assert on_list(ranged(cast, both, models=[model], regions=["浙"])) == {"浙A00001"}


def test_a_list_or_a_range_suffices(cast):
    for n in (1, 2, 3):
        car(cast, n, plate=f"浙A0000{n}")
    campaign = ranged(cast, (of_number(1), of_number(1)))
    assert campaign.add_vins([of_number(3), of_number(9), of_number(3)], by=cast.manager) == 2
    assert on_list(campaign) == {"浙A00001", "浙A00003"}
    assert campaign.add_vins([of_number(9)], by=cast.manager) == 0


def test_nothing_named_is_nobody(cast):
    car(cast, 1)
    assert on_list(ranged(cast)) == set()


def test_cars_of_another_group_do_not_belong(cast):
    foreign = make_customer(cast, store=cast.foreign_store, group=cast.foreign_store.group)
    make_vehicle(cast, owner=foreign, vin=of_number(5))
    assert on_list(ranged(cast, (of_number(1), of_number(9)))) == set()


def test_a_car_that_comes_in_later_or_is_corrected_joins_or_leaves(cast):
    campaign = ranged(cast, (of_number(1), of_number(9)))
    late = Vehicle.objects.register(
        owner=make_customer(cast), store=cast.store, by=cast.advisor, plate="浙A00007"
    )
    steps = [({}, set()), ({"vin": of_number(7)}, {"浙A00007"}), ({"vin": of_number(77)}, set())]
    for fields, expected in steps:
        late.update(by=cast.advisor, **fields)
        for event in Event.objects.filter(kind__in=["vehicle.registered", "vehicle.updated"]):
            campaigns.vehicle_changed(event)
        assert on_list(campaign) == expected


def test_what_no_longer_belongs_leaves_unless_it_is_done(cast):
    for n in (1, 2, 3):
        car(cast, n, plate=f"浙A0000{n}")
    campaign = ranged(cast, (of_number(1), of_number(3)))
    campaign.cars.get(vehicle__plate="浙A00001").end(Result.ELSEWHERE, by=cast.advisor, note="4S店")
    campaign.concern(ranges=[(of_number(3), of_number(3))], vehicle_models=[], by=cast.manager)
    assert on_list(campaign) == {"浙A00001", "浙A00003"}


def test_the_database_refuses_a_range_that_is_none(cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        CampaignRange.objects.create(campaign=ranged(cast), first="LSV", last=of_number(1))


@pytest.mark.parametrize(
    ("begins", "ends", "runs"), [(0, None, True), (-9, 0, True), (1, None, False), (-9, -1, False)]
)
def test_a_campaign_runs_from_its_first_to_its_last_day(begins, ends, runs, cast):
    today = clock.today()
    vehicle = car(cast, 1)
    last = None if ends is None else today + timedelta(days=ends)
    make_campaign(cast, vehicle, begins_on=today + timedelta(days=begins), ends_on=last)
    assert vehicle.campaigns.due(today).exists() == runs
    assert Campaign.objects.running(today).exists() == runs


# -- what came of it ----------------------------------------------------------------------------------


def test_it_ends_once_and_the_car_s_story_says_so(cast):
    vehicle = car(cast, 1)
    row = make_campaign(cast, vehicle).cars.get()
    row.end(Result.DONE, by=cast.advisor, note="WO-1")
    with pytest.raises(DomainError) as refused:
        CampaignVehicle.objects.get(pk=row.pk).end(Result.NOT_AFFECTED, by=cast.advisor, note="x")
    assert refused.value.code == "campaign_ended"
    told = Event.objects.get(kind="campaign.ended")
    assert told.thread == vehicle.event_thread
    assert CampaignVehicle.objects.get().note == "WO-1"


def test_all_operations_of_the_package_do_it_and_one_does_not(cast):
    vehicle, package = car(cast, 1), make_package(cast.store)
    asked = {line.operation_id for line in package.lines.all() if line.operation_id}
    assert asked
    row = make_campaign(cast, vehicle, package=package).cars.get()
    for done, is_done in ((set(), False), (asked | {0}, True)):
        settle_by_work(vehicle, done, number="WO-7", store=cast.store, by=cast.advisor)
        row.refresh_from_db()
        assert bool(row.result) == is_done


# -- lists --------------------------------------------------------------------------------------------


def test_a_list_with_headings_other_columns_and_mistakes():
    good, other = of_number(1), of_number(2)
    text = f"VIN,车型\n{good.lower()},帕萨特\n\n途观;{other}\n{good}\n{good[:16]}\nLSVAA418O2N000001,x\n"
    read = vin_lists.of_text(text)
    assert read.found == [good, other]
    assert [(row, text) for row, text, _why in read.refused] == [(6, good[:16]), (7, "LSVAA418O2N000001")]
    assert "16" in read.refused[0][2]


def test_an_excel_list_and_one_in_the_old_encoding():
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (["车架号", "台数"], [of_number(1), 1], [None, None], [of_number(2), 1]):
        book.active.append(row)
    book.save(out)
    out.seek(0)
    assert vin_lists.of_rows(sheets.of_file("召回.xlsx", out)).found == [of_number(1), of_number(2)]
    old = io.BytesIO(f"车架号\n{of_number(3)}\n".encode("gb18030"))
    assert vin_lists.of_rows(sheets.of_file("a.csv", old)).found == [of_number(3)]
    with pytest.raises(ValidationError):
        sheets.of_file("a.xlsx", io.BytesIO(b"no workbook"))


@pytest.mark.parametrize("between", [" - ", "–", " ", "-", ",", "至", "～"])
def test_ranges_as_people_write_them(between):
    first, last = of_number(1), of_number(9)
    assert vin_lists.ranges(f"{first}{between}{last}\n\n{last}") == [(first, last), (last, last)]


def test_a_range_is_refused_by_line():
    first, last = of_number(1), of_number(9)
    with pytest.raises(ValidationError) as refused:
        vin_lists.ranges(f"{first} {last}\n{last} {first}\n{first[:9]}\n{first} {last} {last}")
    assert [next(c for c in m if c.isdigit()) for m in refused.value.messages] == ["2", "3", "4"]


def test_neighbours_on_the_line_stand_side_by_side():
    numbers = [of_number(n) for n in range(1, 300)]
    assert all(vin.problem(number) is None for number in numbers)
    assert sorted(numbers, key=serial) == numbers != sorted(numbers)


def test_a_cell_longer_than_any_table_has_and_a_broken_workbook():
    long = "x" * 200_000
    assert vin_lists.of_text(f"{of_number(1)},{long}\n{long},{of_number(2)}").found == [
        of_number(1),
        of_number(2),
    ]
    broken, out = io.BytesIO(), zipfile.ZipFile
    with out(broken, "w") as book:
        book.writestr("[Content_Types].xml", "<Types")
        book.writestr("xl/workbook.xml", "<x")
    broken.seek(0)
    with pytest.raises(ValidationError):
        sheets.of_file("a.xlsx", broken)


# -- pages --------------------------------------------------------------------------------------------


def posted(**fields):
    return {
        "kind": "recall",
        "number": "r-26-01",
        "title": "燃油泵召回",
        "begins_on": clock.today().isoformat(),
        "hours": "0.8",
    } | fields


def test_a_campaign_is_opened_and_finds_its_cars(client, cast):
    car(cast, 5, plate="浙A00005")
    client.force_login(cast.manager)
    first, last = of_number(1), of_number(9)
    data = posted(ranges=f"{first} - {last}", regions="浙 沪A")
    response = client.post(reverse("customers:campaign_create"), data)
    campaign = Campaign.objects.get()
    assert response.url == reverse("customers:campaign", args=[campaign.pk])
    assert (campaign.number, campaign.regions, on_list(campaign)) == ("R-26-01", ["浙", "沪A"], {"浙A00005"})
    shown = client.get(response.url).content.decode()
    assert "00005" in shown
    assert first in shown
    data = posted(ranges=f"{first} - {first}", version=campaign.version)
    client.post(reverse("customers:campaign_update", args=[campaign.pk]), data)
    assert on_list(campaign) == set()


def test_what_was_typed_wrong_is_said_beside_it_and_kept(client, cast):
    make_campaign(cast, number="R1")
    client.force_login(cast.manager)
    day = clock.today().replace(year=2020).isoformat()
    bad = posted(number="R1", ends_on=day, ranges="LSV1", regions="X9", hours="0", title="留着")
    response = client.post(reverse("customers:campaign_create"), bad)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"number", "ends_on", "ranges", "regions", "hours"}
    assert "留着" in response.content.decode()
    assert Campaign.objects.count() == 1


def test_a_list_with_a_mistake_keeps_the_good_rows_and_hands_back_the_bad_one(client, cast):
    car(cast, 5, plate="浙A00005")
    campaign = ranged(cast)
    client.force_login(cast.manager)
    url = reverse("customers:campaign_list_add", args=[campaign.pk])
    file = SimpleUploadedFile("l.csv", f"{of_number(5)}\n{of_number(6)}\n{of_number(7)[:-1]}\n".encode())
    response = client.post(url, {"file": file, "_once": "first"})
    assert b'value="first"' not in response.content, "the mended list is another one"
    assert response.status_code == 200
    assert campaign.vins.count() == 2
    assert on_list(campaign) == {"浙A00005"}
    assert response.context["list_form"].initial["text"] == of_number(7)[:-1]
    assert response.context["unknown"] == 1
    assert client.post(url, {"text": ""}).status_code == 422
    assert client.post(url, {"text": of_number(7)}).status_code == 302
    assert campaign.vins.count() == 3


def test_the_advisor_settles_it_on_the_car_and_says_why(client, cast):
    vehicle = car(cast, 1)
    row = make_campaign(cast, vehicle).cars.get()
    client.force_login(cast.advisor)
    page = reverse("customers:vehicle", args=[vehicle.pk])
    assert "气囊传感器召回" in client.get(page).content.decode()
    url = reverse("customers:campaign_settle", args=[row.pk])
    assert client.post(url, {"result": "elsewhere", "note": ""}).status_code == 422
    assert client.post(url, {"result": "elsewhere", "note": "在杭州做过"}).url == page
    assert client.get(page).context["campaigns"] == []


def test_of_another_store_s_cars_only_the_number_is_shown(client, cast):
    vehicle = car(cast, 1, plate="浙A00001")
    campaign = make_campaign(cast, vehicle)
    neighbour = cast.neighbour
    client.force_login(neighbour)
    response = client.get(reverse("customers:campaign", args=[campaign.pk]))
    assert response.context["total"] == 1
    assert list(response.context["page"]) == []
    assert "浙A" not in response.content.decode()
    row = campaign.cars.get()
    assert client.post(reverse("customers:campaign_settle", args=[row.pk])).status_code == 404


def test_a_package_no_longer_sold_stays_on_its_campaign(client, cast):
    package = make_package(cast.store)
    campaign = make_campaign(cast, car(cast, 1), package=package, number="R1")
    type(package).objects.filter(pk=package.pk).update(is_active=False)
    client.force_login(cast.manager)
    url = reverse("customers:campaign_update", args=[campaign.pk])
    data = posted(number="R1", package=package.pk, version=campaign.version)
    assert client.post(url, data).status_code == 302
    campaign.refresh_from_db()
    assert campaign.package == package


def test_the_interview_names_what_is_to_be_done(client, cast):
    visit = make_visit(cast)
    make_campaign(cast, visit.vehicle)
    client.force_login(cast.advisor)
    page = client.get(reverse("reception:interview", args=[visit.pk])).content.decode()
    assert "气囊传感器召回" in page


def test_the_list_shows_what_runs(client, cast):
    make_campaign(cast, car(cast, 1), number="R-NOW")
    past = clock.today().replace(year=2020)
    make_campaign(cast, number="R-OLD", begins_on=past, ends_on=past)
    client.force_login(cast.advisor)
    url = reverse("customers:campaigns")
    for query, old in (("", False), ("?all=1", True)):
        shown = client.get(url + query).content.decode()
        assert "R-NOW" in shown
        assert ("R-OLD" in shown) == old

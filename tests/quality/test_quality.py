"""A car passes, is sent back, is washed; nobody checks his own work."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Event, Notice
from apps.quality import services
from apps.quality.checklist import items_for
from apps.quality.models import QualityCheck, Rework, Wash
from apps.workorders.models import Line, WorkOrder
from apps.workshop.models import Job
from tests.quality.factories import findings, make_order_at_qc
from tests.workshop.factories import bays, colleague

pytestmark = pytest.mark.usefixtures("midmorning")


def code_of(refused) -> str:
    return refused.value.code


def test_a_passed_car_without_a_wash_is_ready(cast):
    order = make_order_at_qc(cast)
    services.pass_order(order, findings(), by=cast.inspector)
    assert WorkOrder.objects.get(pk=order.pk).status == "ready"
    assert Event.objects.story(order.event_thread).filter(kind="quality.passed").exists()


def test_a_passed_car_with_a_wash_is_ready_only_when_washed_and_parked(cast):
    order = make_order_at_qc(cast, wants_wash=True)
    services.pass_order(order, findings(), by=cast.inspector)
    assert order.status == "awaiting_qc"
    with pytest.raises(DomainError) as refused:
        services.finish_wash(order, parked_at=" ", keys_at="", by=cast.technician)
    assert code_of(refused) == "place_missing"
    services.finish_wash(order, parked_at="A12", keys_at="钥匙柜 3", by=cast.technician)
    assert order.status == "ready"
    assert Wash.objects.get().parked_at == "A12"


def test_a_car_that_has_passed_is_not_checked_again_while_it_is_washed(cast):
    order = make_order_at_qc(cast, wants_wash=True)
    services.pass_order(order, findings(), by=cast.inspector)
    for verb in (
        lambda: services.pass_order(order, findings(), by=cast.inspector),
        lambda: services.fail_order(order, findings(note="x"), {}, by=cast.inspector),
    ):
        with pytest.raises(DomainError) as refused:
            verb()
        assert code_of(refused) == "checked"


def test_a_failed_car_goes_back_with_its_job_and_the_advisor_hears(cast):
    order = make_order_at_qc(cast)
    job = Job.objects.get(order=order)
    check = services.fail_order(
        order, findings("leaks", note="放油螺丝渗油"), {job: "更换垫片"}, by=cast.inspector
    )
    assert WorkOrder.objects.get(pk=order.pk).status == "in_work"
    job.refresh_from_db()
    assert (job.state, job.rework_reason) == ("unplanned", "更换垫片")
    assert Rework.objects.get().check_failed == check
    assert "放油螺丝渗油" in str(Notice.objects.filter(reader=order.advisor).latest("pk"))


def test_the_second_round_can_pass_and_the_first_stays_on_file(cast):
    order = make_order_at_qc(cast)
    job = Job.objects.get(order=order)
    services.fail_order(order, findings("leaks", note="渗油"), {job: ""}, by=cast.inspector)
    Job.objects.filter(pk=job.pk).update(state="finished", finished_at=clock.now())
    order.refresh_from_db()
    order.move_to_qc(by=cast.dispatcher)
    services.pass_order(order, findings(), by=cast.inspector)
    assert list(QualityCheck.objects.values_list("round", "result")) == [(1, "failed"), (2, "passed")]


def test_nobody_checks_a_car_he_worked_on(cast):
    order = make_order_at_qc(cast)
    with pytest.raises(DomainError) as refused:
        services.pass_order(order, findings(), by=cast.technician)
    assert code_of(refused) == "own_work"
    assert not QualityCheck.objects.exists()


def test_a_manager_may_with_a_reason(cast):
    order = make_order_at_qc(cast)
    type(cast.technician).objects.filter(pk=cast.technician.pk).update(role="service_manager")
    cast.technician.refresh_from_db()
    with pytest.raises(DomainError):
        services.pass_order(order, findings(), by=cast.technician)
    services.pass_order(order, findings(exception_reason="值班只有一人"), by=cast.technician)
    assert QualityCheck.objects.get().exception_reason == "值班只有一人"


def test_safety_relevant_work_is_driven_before_it_passes(cast):
    order = make_order_at_qc(cast)
    Line.objects.filter(order=order).update(is_safety_relevant=True)
    with pytest.raises(DomainError) as refused:
        services.pass_order(order, findings(), by=cast.inspector)
    assert code_of(refused) == "road_test_missing"
    services.pass_order(order, findings(road_test_km=5), by=cast.inspector)
    assert {i["code"] for i in QualityCheck.objects.get().items} == set(items_for(safety_relevant=True))


@pytest.mark.parametrize(
    ("found", "code"),
    [(findings("leaks"), "bad_items"), (services.Findings({}, {}), "item_missing")],
    ids=["a bad item", "an item not judged"],
)
def test_what_is_bad_or_not_judged_does_not_pass(cast, found, code):
    order = make_order_at_qc(cast)
    with pytest.raises(DomainError) as refused:
        services.pass_order(order, found, by=cast.inspector)
    assert code_of(refused) == code
    assert WorkOrder.objects.get(pk=order.pk).status == "awaiting_qc"


def test_a_failure_says_what_is_wrong_and_which_job(cast):
    order = make_order_at_qc(cast)
    job = Job.objects.get(order=order)
    for note, jobs, code in (("", {job: "x"}, "note_missing"), ("渗油", {}, "rework_missing")):
        with pytest.raises(DomainError) as refused:
            services.fail_order(order, findings(note=note), jobs, by=cast.inspector)
        assert code_of(refused) == code


def test_an_order_still_in_work_is_not_checked(cast):
    order = make_order_at_qc(cast)
    WorkOrder.objects.filter(pk=order.pk).update(status="in_work")
    with pytest.raises(DomainError):
        services.pass_order(order, findings(), by=cast.inspector)


def test_the_database_refuses_two_checks_of_one_round_and_a_failure_without_a_note(cast):
    order = make_order_at_qc(cast)
    check = services.pass_order(order, findings(), by=cast.inspector)
    with pytest.raises(IntegrityError), transaction.atomic():
        QualityCheck.objects.create(
            store=cast.store, order=order, round=1, result="passed", checked_by=cast.inspector,
            checked_at=check.checked_at,
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        QualityCheck.objects.filter(pk=check.pk).update(result="failed")


def ticks(**changes) -> dict[str, str]:
    return {f"item-{code}": "ok" for code in items_for(safety_relevant=True)} | {"verdict": "pass"} | changes


def test_the_inspector_passes_a_car_on_the_page(cast, client):
    order = make_order_at_qc(cast)
    client.force_login(cast.inspector)
    assert order.number in client.get("/quality/").content.decode()
    assert client.post(reverse("quality:check_create", args=[order.number]), ticks()).status_code == 302
    assert client.get("/quality/").context["checks"] == []


def test_a_refusal_keeps_every_tick_and_says_why(cast, client):
    order = make_order_at_qc(cast)
    client.force_login(cast.inspector)
    sent = ticks(verdict="fail", note="", **{"item-leaks": "bad"})
    response = client.post(reverse("quality:check_create", args=[order.number]), sent)
    assert response.status_code == 409
    assert response.context["form"]["item-leaks"].value() == "bad"
    assert not QualityCheck.objects.exists()


def test_a_stale_page_does_not_check_twice(cast, client):
    order = make_order_at_qc(cast)
    client.force_login(cast.inspector)
    url = reverse("quality:check_create", args=[order.number])
    client.post(url, ticks(_once="a"))
    client.post(url, ticks(_once="a"))
    assert client.post(url, ticks(_once="b")).status_code == 409
    assert QualityCheck.objects.count() == 1


def test_an_advisor_may_look_but_not_check(cast, client):
    order = make_order_at_qc(cast)
    client.force_login(cast.advisor)
    assert client.get(f"/quality/{order.number}/").status_code == 200
    assert client.post(f"/quality/{order.number}/check/", ticks()).status_code == 403


def test_the_queue_costs_the_same_queries_at_1_and_at_5_cars(cast, client):
    client.force_login(cast.inspector)
    counts = []
    for bay, user in zip(bays(cast), (cast.technician, colleague(cast)), strict=False):
        make_order_at_qc(cast, bay=bay, user=user)
        client.get("/quality/")
        with CaptureQueriesContext(connection) as seen:
            client.get("/quality/")
        counts.append(len(seen))
    assert counts[0] == counts[1]

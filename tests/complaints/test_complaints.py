"""The clock of 24 hours, its escalations, the customer's word."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.complaints import services
from apps.complaints.models import Complaint
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Event, Notice
from tests.complaints.factories import make_complaint
from tests.customers.factories import make_customer

HOUR = timedelta(hours=1)


@pytest.fixture
def at(monkeypatch):
    """``at(moment)`` sets the business clock."""
    moment = {"offset": timedelta()}
    monkeypatch.setattr(clock, "_offset", lambda: moment["offset"])

    def move(complaint, hours):
        moment["offset"] += complaint.opened_at + hours * HOUR - clock.now()

    return move


def test_the_owner_hears_at_once_and_the_clock_runs_24_calendar_hours(cast):
    complaint = make_complaint(cast)
    assert complaint.due_at - complaint.opened_at == 24 * HOUR
    assert complaint.owner == cast.manager
    assert complaint.number in str(Notice.objects.get(reader=cast.manager))
    assert Event.objects.story(complaint.vehicle.event_thread).filter(kind="complaint.opened").exists()


@pytest.mark.parametrize(
    ("cause", "sensitive", "owner"),
    [
        ("conduct", False, "station_head"),
        ("promise", False, "reception_supervisor"),
        ("price", False, "service_manager"),
        ("conduct", True, "service_manager"),
    ],
)
def test_the_owner_follows_the_cause_and_whatever_is_sensitive_goes_to_the_manager(
    cast, cause, sensitive, owner
):
    assert services.owner_for(cast.store, cause, is_sensitive=sensitive) == getattr(cast, owner)


def test_a_store_without_any_manager_is_told_so(cast):
    User.objects.filter(role__in=["service_manager", "station_head"]).update(is_active=False)
    with pytest.raises(DomainError) as refused:
        services.owner_for(cast.store, "price")
    assert refused.value.code == "no_complaint_owner"


def test_the_clock_escalates_once_each_at_50_80_and_100_per_cent(cast, at):
    complaint = make_complaint(cast)
    heard = []
    for hours in (11.9, 12, 13, 19.2, 20, 24, 30):
        at(complaint, hours)
        services.escalate_due()
        services.escalate_due()
        heard.append(Event.objects.filter(kind="complaint.escalated").count())
    assert heard == [0, 1, 1, 2, 2, 3, 3]
    assert Notice.objects.filter(reader=cast.station_head).count() == 2, "managers hear from 80 per cent on"


def test_a_worker_that_slept_through_two_marks_tells_the_last_one(cast, at):
    complaint = make_complaint(cast)
    at(complaint, 25)
    services.escalate_due()
    assert [e.facts["percent"] for e in Event.objects.filter(kind="complaint.escalated")] == [100]


def test_an_answered_complaint_escalates_no_more_and_its_clock_stands(cast, at):
    complaint = make_complaint(cast)
    at(complaint, 6)
    complaint.give_answer("明天免费复检", by=cast.manager)
    at(complaint, 48)
    assert services.escalate_due() == 0
    assert complaint.clock.percent == 25


def test_closing_needs_an_answer_the_customers_word_and_a_prevention(cast):
    complaint = make_complaint(cast)
    with pytest.raises(DomainError):
        complaint.close(word="satisfied", prevention="x", by=cast.manager)
    complaint.give_answer("明天免费复检", by=cast.manager)
    for word, prevention in (("", "x"), ("satisfied", " ")):
        with pytest.raises(DomainError) as refused:
            complaint.close(word=word, prevention=prevention, by=cast.manager)
        assert refused.value.code == "complaint_incomplete"
    complaint.close(word="satisfied", prevention="加装前复检空调压力", by=cast.manager)
    assert Complaint.objects.get().status == "closed"


def test_the_database_refuses_a_closed_complaint_without_a_word(cast):
    complaint = make_complaint(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.filter(pk=complaint.pk).update(status="closed", answered_at=clock.now())


def test_a_stale_page_does_not_answer_twice(cast, client):
    complaint = make_complaint(cast)
    client.force_login(cast.manager)
    url = f"/complaints/{complaint.pk}/answer/"
    assert client.post(url, {"answer": "first"}).status_code == 302
    assert client.post(url, {"answer": "second"}).status_code == 409
    complaint.refresh_from_db()
    assert complaint.answer == "first"


def test_it_is_taken_in_from_a_customers_page_and_what_was_typed_is_kept(cast, client):
    customer = make_customer(cast)
    client.force_login(cast.agent)
    url = f"/complaints/new/?customer={customer.pk}"
    wrong = client.post(url, {"words": "<script>alert(1)</script> 等了三小时", "cause": ""})
    assert wrong.status_code == 422
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 等了三小时" in wrong.content.decode()
    client.post(url, {"words": "等了三小时", "cause": "promise", "_once": "k", "fault": "ours"})
    client.post(url, {"words": "等了三小时", "cause": "promise", "_once": "k", "fault": "ours"})
    assert Complaint.objects.get().owner == cast.reception_supervisor


def test_a_sensitive_one_is_seen_by_managers_and_its_owner_alone(cast, client):
    complaint = make_complaint(cast, is_sensitive=True, owner=cast.manager)
    for reader, status in (
        (cast.advisor, 404),
        (cast.agent, 404),
        (cast.station_head, 200),
        (cast.manager, 200),
    ):
        client.force_login(reader)
        assert client.get(f"/complaints/{complaint.pk}/").status_code == status
        assert (complaint.number in client.get("/complaints/").content.decode()) is (status == 200)


def test_a_stranger_can_neither_see_it_nor_complain_about_our_customer(cast, client):
    complaint = make_complaint(cast)
    client.force_login(cast.stranger)
    assert client.get(f"/complaints/{complaint.pk}/").status_code == 404
    assert client.get(f"/complaints/new/?customer={complaint.customer_id}").status_code == 404
    response = client.post(
        "/api/v1/complaints/", {"customer": complaint.customer_id, "words": "x", "cause": "price"}
    )
    assert response.status_code == 404


def test_the_api_speaks_the_same_verbs(cast, client):
    customer = make_customer(cast)
    client.force_login(cast.manager)
    made = client.post("/api/v1/complaints/", {"customer": customer.pk, "words": "贵", "cause": "price"})
    assert made.status_code == 201
    url = f"/api/v1/complaints/{made.json()['id']}/"
    close = {"customer_word": "satisfied", "prevention": "报价单写明"}
    early = client.post(url + "close/", close)
    assert (early.status_code, early.json()["title"]) == (409, "complaint_state")
    assert client.post(url + "answer/", {"answer": "退差价"}).json()["status"] == "answered"
    assert client.post(url + "close/", close).json()["status"] == "closed"


def test_the_list_costs_the_same_queries_at_3_and_at_60_rows(cast, client):
    client.force_login(cast.manager)
    customer = make_customer(cast)

    def queries():
        with CaptureQueriesContext(connection) as seen:
            client.get("/complaints/")
        return len(seen)

    for _n in range(3):
        make_complaint(cast, customer=customer)
    queries()
    few = queries()
    for _n in range(57):
        make_complaint(cast, customer=customer)
    assert queries() == few

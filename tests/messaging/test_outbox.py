"""The outbox: sent at most once, decided at the last moment, and every "why not" on record."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from apps.core.errors import DomainError
from apps.core.registry import MessageKind, registry
from apps.customers.models import Customer
from apps.desk.models import Task
from apps.messaging import services
from apps.messaging.courtesy import Courtesy
from apps.messaging.gateways import Answer, Backend, FileBackend, Outcome, Parcel
from apps.messaging.models import MAX_ATTEMPTS, Message
from apps.messaging.ways import Ways
from apps.messaging.words import Words

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
MINUTE = timedelta(minutes=1)
PHONE = "+8613812345678"


class Gateway(Backend):
    """A provider outside the house that answers as it is told and remembers what it took."""

    def __init__(self, *answers: Outcome, knows: Outcome = Outcome.UNKNOWN):
        super().__init__({})
        self.answers = list(answers)
        self.knows = knows
        self.taken: list[str] = []

    def send(self, parcel: Parcel) -> Answer:
        outcome = self.answers.pop(0) if self.answers else Outcome.ACCEPTED
        if outcome is Outcome.ACCEPTED:
            self.taken.append(parcel.text)
        return Answer(outcome, "line busy")

    def ask(self, parcel: Parcel) -> Answer:
        return Answer(self.knows)


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    """A kind that is called off by ``params["off"]`` and turns a failure into a task."""

    def failed(message):
        who = {"kind": "call", "title": "Call the customer", "role": "service_advisor"}
        Task.put(f"call-{message.pk}", about=message, due_at=NOON, **who)

    kind = MessageKind(
        "note",
        "Note",
        lambda m: m.params.get("off", ""),
        lambda store: "您好 %(n)s",
        lambda m: {"n": m.params["n"]},
        ("n",),
        failed=failed,
    )
    monkeypatch.setattr(registry, "messages", {"note": kind})


@pytest.fixture
def subject(cast):
    """A row that messages speak of."""
    customer = Customer.objects.create(group=cast.group, number="C1", name="王芳", phone=PHONE)
    customer.store_id = cast.store.pk
    return customer


def plan(subject, key="note-1", at=NOON, n=1, **fields):
    params = {"n": n} | fields.pop("params", {})
    return Message.plan("note", about=subject, key=key, phone=PHONE, at=at, params=params, **fields)


def test_a_due_message_is_sent_once_and_one_that_is_not_due_waits(subject):
    gateway = Gateway()
    plan(subject, "now")
    plan(subject, "later", at=NOON + MINUTE)
    services.send_due(now=NOON, through=gateway)
    services.send_due(now=NOON, through=gateway)
    assert gateway.taken == ["您好 1"]
    sent = Message.objects.get(key="now")
    assert (sent.state, sent.text, sent.sent_at) == ("sent", "您好 1", NOON)


def test_planning_the_same_key_again_moves_the_message_and_makes_no_second(subject):
    first = plan(subject, n=1)
    second = plan(subject, at=NOON + MINUTE, n=2)
    assert first.pk == second.pk
    assert Message.objects.get().planned_at == NOON + MINUTE


def test_whether_to_send_is_decided_at_the_moment_of_sending(subject):
    gateway = Gateway()
    message = plan(subject)
    Message.objects.filter(pk=message.pk).update(params={"n": 1, "off": "Already arrived"})
    services.send_due(now=NOON, through=gateway)
    message.refresh_from_db()
    assert (gateway.taken, message.state, message.reason) == ([], "suppressed", "Already arrived")


@pytest.mark.parametrize(
    ("answers_customer", "state"),
    [(False, "suppressed"), (True, "sent")],
    ids=["reminder", "answer to his own act"],
)
def test_an_opt_out_stops_reminders_but_not_answers(subject, answers_customer, state):
    Customer.objects.filter(pk=subject.pk).update(accepts_messages=False)
    message = plan(subject, answers_customer=answers_customer)
    services.send_due(now=NOON, through=Gateway())
    message.refresh_from_db()
    assert message.state == state


@pytest.mark.parametrize(
    ("hour", "day"), [(21, 25), (23, 25), (3, 24), (7, 24)], ids=["21:00", "23:00", "03:00", "07:00"]
)
def test_a_late_worker_sends_nothing_in_quiet_hours_but_in_the_morning(subject, hour, day):
    gateway = Gateway()
    message = plan(subject, at=NOON - timedelta(days=1))
    services.send_due(now=NOON.replace(hour=hour), through=gateway)
    message.refresh_from_db()
    assert gateway.taken == []
    assert message.planned_at == NOON.replace(hour=8, day=day)
    services.send_due(now=message.planned_at, through=gateway)
    assert gateway.taken == ["您好 1"]


def test_a_reminder_that_the_morning_would_bring_too_late_is_not_sent(subject):
    message = plan(subject, at=NOON - timedelta(days=1), useless_after=NOON.replace(hour=8))
    services.send_due(now=NOON.replace(hour=3), through=Gateway())
    message.refresh_from_db()
    assert (message.state, message.reason) == ("suppressed", "Quiet hours")


def test_a_message_that_came_too_late_is_not_sent(subject):
    message = plan(subject, useless_after=NOON)
    services.send_due(now=NOON, through=Gateway())
    message.refresh_from_db()
    assert message.reason == "Too late to be of use"


def test_a_refused_message_is_tried_again_with_growing_pauses_then_becomes_a_call(subject):
    gateway = Gateway(*[Outcome.REFUSED] * MAX_ATTEMPTS)
    message = plan(subject)
    now, pauses = NOON, []
    for _attempt in range(MAX_ATTEMPTS):
        assert services.send_due(now=now, through=gateway) == 1
        message.refresh_from_db()
        pauses.append(message.planned_at - now)
        now = message.planned_at
    assert pauses[:3] == [2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert (message.state, message.reason) == ("failed", "line busy")
    assert Task.objects.open().get().kind == "call"


def test_a_timeout_is_never_resent_but_asked_about_and_at_last_waits_for_a_person(subject, cast, client):
    gateway = Gateway(Outcome.UNKNOWN)
    message = plan(subject)
    services.send_due(now=NOON, through=gateway)
    services.send_due(now=NOON + 60 * MINUTE, through=gateway)
    asked = [n for n in range(200) if services.settle_open(now=NOON + n * MINUTE, through=gateway)]
    assert asked == [1, 6, 21, 81]
    message.refresh_from_db()
    assert (message.state, gateway.taken) == ("unknown", [])
    client.force_login(cast.advisor)
    page = client.get("/outbox/")
    assert page.context["unresolved"] == [message]
    assert "138****5678" in page.content.decode()
    client.post(f"/outbox/{message.pk}/resolution/", {"went": "no"})
    message.refresh_from_db()
    assert message.state == "failed"
    assert Task.objects.open().exists()


@pytest.mark.parametrize(
    ("provider_says", "state"), [(Outcome.ACCEPTED, "sent"), (Outcome.REFUSED, "planned")], ids=str
)
def test_the_provider_may_know_what_its_silence_meant(subject, provider_says, state):
    message = plan(subject)
    gateway = Gateway(Outcome.UNKNOWN, knows=provider_says)
    services.send_due(now=NOON, through=gateway)
    assert not Message.objects.unresolved().exists(), "nobody is bothered before it was asked"
    services.settle_open(now=NOON + MINUTE, through=gateway)
    message.refresh_from_db()
    assert message.state == state


def test_a_provider_that_says_nothing_is_left_alone_for_the_rest_of_the_batch(subject):
    gateway = Gateway(*[Outcome.UNKNOWN] * 9)
    for n in range(6):
        plan(subject, f"note-{n}", n=n, answers_customer=True)
    services.send_due(now=NOON, through=gateway)
    states = list(Message.objects.order_by("pk").values_list("state", "planned_at"))
    assert states == [("unknown", NOON)] * 3 + [("planned", NOON + services.PAUSE)] * 3


def test_a_number_gets_only_so_many_that_it_did_not_ask_for(subject):
    gateway = Gateway()
    for n in range(6):
        plan(subject, f"note-{n}", at=NOON + n * MINUTE, n=n)
    plan(subject, "answer", at=NOON + 9 * MINUTE, n=9, answers_customer=True)
    for n in range(12):
        services.send_due(now=NOON + n * MINUTE, through=gateway)
    assert gateway.taken == [f"您好 {n}" for n in (0, 1, 2, 3, 9)], "an answer to his own act always goes"
    late = Message.objects.filter(state="planned").order_by("pk")
    assert [m.planned_at - NOON for m in late] == [timedelta(days=1), timedelta(days=1)]
    assert {m.reason for m in late} == {services.ENOUGH}
    services.send_due(now=NOON + timedelta(days=1), through=gateway)
    services.send_due(now=NOON + timedelta(days=1, minutes=1), through=gateway)
    assert len(gateway.taken) == 7


def test_what_the_provider_refused_does_not_count(subject):
    gateway = Gateway(*[Outcome.REFUSED] * 3)
    for n in range(6):
        plan(subject, f"note-{n}", n=n)
    services.send_due(now=NOON, through=gateway)
    states = Message.objects.order_by("pk").values_list("state", "reason")
    assert list(states) == [("planned", "line busy")] * 3 + [("sent", "")] * 3


def test_one_too_many_that_would_come_too_late_is_not_sent(subject):
    for n in range(5):
        plan(subject, f"note-{n}", n=n, useless_after=NOON + timedelta(hours=20))
    services.send_due(now=NOON, through=Gateway())
    assert Message.objects.get(state="suppressed").reason == services.ENOUGH


def test_who_lost_the_lease_sends_nothing(subject):
    """A slow batch: another worker has asked about the message and planned it anew."""
    message = plan(subject)
    [held] = Message.objects.claim(NOON)
    services.settle_open(now=NOON + 3 * MINUTE, through=Gateway(knows=Outcome.REFUSED))
    gateway = Gateway()
    services._send(held, Ways(Words(), gateway), Courtesy([held], NOON), NOON + 4 * MINUTE)
    assert gateway.taken == []
    message.refresh_from_db()
    assert message.state == "planned"


def test_a_settled_message_is_not_settled_again(subject, cast):
    message = plan(subject)
    services.send_due(now=NOON, through=Gateway(Outcome.UNKNOWN))
    stale = Message.objects.get(pk=message.pk)
    stale.resolve(went=True, by=cast.advisor)
    with pytest.raises(DomainError):
        stale.resolve(went=False, by=cast.advisor)


@pytest.mark.parametrize(
    ("provider_says", "state"),
    [(Outcome.ACCEPTED, "sent"), (Outcome.REFUSED, "planned"), (Outcome.UNKNOWN, "unknown")],
)
def test_after_a_killed_worker_the_provider_is_asked_first(subject, provider_says, state):
    message = plan(subject)
    Message.objects.claim(NOON)  # and the worker dies here
    gateway = Gateway(knows=provider_says)
    assert services.settle_open(now=NOON + MINUTE, through=gateway) == 0, "its lease still runs"
    assert services.settle_open(now=NOON + 3 * MINUTE, through=gateway) == 1
    message.refresh_from_db()
    assert message.state == state
    assert gateway.taken == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_take_disjoint_messages(subject, on_other_connection):
    for n in range(4):
        plan(subject, f"note-{n}", n=n)
    with transaction.atomic():
        mine = {m.key for m in Message.objects.claim(NOON, limit=2)}
        theirs = on_other_connection(lambda: {m.key for m in Message.objects.claim(NOON)})
        assert mine | theirs == {f"note-{n}" for n in range(4)}
        assert not mine & theirs


def test_cancelling_withdraws_what_is_planned_and_says_why(subject):
    plan(subject)
    assert Message.withdraw(subject, "Appointment cancelled") == 1
    services.send_due(now=NOON, through=(gateway := Gateway()))
    assert gateway.taken == []
    assert Message.objects.get().reason == "Appointment cancelled"


def test_the_database_refuses_a_suppressed_message_without_a_reason(subject):
    message = plan(subject)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(state="suppressed")


def parcel(reference, text="x"):
    return Parcel(reference, PHONE, text)


def test_the_file_backend_writes_one_line_each_and_knows_what_it_took(tmp_path):
    backend = FileBackend(tmp_path / "outbox")
    assert backend.send(parcel("dms-1", "一行\n两行")).outcome is Outcome.ACCEPTED
    assert backend.send(parcel("dms-2")).outcome is Outcome.ACCEPTED
    assert len(backend.path.read_text().splitlines()) == 2
    answers = [backend.ask(parcel(name)).outcome for name in ("dms-1", "dms-3")]
    assert answers == [Outcome.ACCEPTED, Outcome.REFUSED]


def test_a_full_or_missing_disk_is_a_refusal_that_is_tried_again(tmp_path):
    (tmp_path / "outbox").write_text("in the way")
    assert FileBackend(tmp_path / "outbox").send(parcel("r")).outcome is Outcome.REFUSED


def test_another_store_sees_none_of_our_messages(subject, cast, client):
    plan(subject)
    client.force_login(cast.neighbour)
    assert client.get("/outbox/").context["messages_"] == []
    assert client.get("/api/v1/messages/").json()["results"] == []
    client.force_login(cast.advisor)
    [row] = client.get("/api/v1/messages/").json()["results"]
    assert row["phone"] == "138****5678"

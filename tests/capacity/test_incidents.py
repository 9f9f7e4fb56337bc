"""The mass incident's verbs: what is blocked, whom it touches, who is told, and when it is done."""

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.appointments.items import Ask
from apps.capacity import affected, incidents, keeping, placing, slots
from apps.capacity.models import Absence, Holder, Incident, IncidentRecord, Resource
from apps.capacity.slots import Needs
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Event, Notice, Task
from apps.desk.models.event import subject_key
from apps.parts.services import receive
from tests.appointments.factories import furnish, make_appointment, make_part
from tests.capacity.factories import bay, narrow_house, tomorrow
from tests.capacity.incident_factories import deliver, only_bay, report
from tests.workorders.factories import labour, make_authorised_order, make_order
from tests.workorders.factories import part as part_line
from tests.workshop.clock import midmorning
from tests.workshop.factories import bays, make_planned_job

__all__ = ["midmorning"]

HOUR = Needs.of(duration=timedelta(hours=1), bay_kind="general")


def fits(store, moment):
    return isinstance(slots.judge(store, needs=HOUR, starts_at=moment, now=clock.now()), slots.Slot)


def test_what_is_blocked_is_not_offered_until_the_estimate_and_is_after_it(cast):
    narrow_house(cast)
    assert fits(cast.store, tomorrow(9))
    report(cast, only_bay())
    assert not fits(cast.store, tomorrow(9))
    assert fits(cast.store, tomorrow(12))


def test_nor_is_it_planned_and_the_refusal_says_why(cast):
    narrow_house(cast)
    report(cast, only_bay())
    holder = Holder.objects.create(store=cast.store, label="x", created_at=clock.now())
    with pytest.raises(DomainError, match="Lift 3 leaks oil"):
        placing.place(
            holder,
            bay=only_bay(),
            technician=Resource.objects.get(kind="technician"),
            starts_at=tomorrow(9),
            duration=timedelta(hours=1),
            now=clock.now(),
        )


def test_what_befalls_the_whole_store_is_the_reason_of_every_closed_time(cast, django_assert_num_queries):
    narrow_house(cast)
    affected.is_any_open(cast.store.pk)
    with django_assert_num_queries(11):
        slots.days(cast.store, needs=HOUR, date_from=tomorrow().date(), days=3, now=clock.now())
    report(cast, kind="power", text="No power in the street", is_whole_store=True)
    affected.is_any_open(cast.store.pk)
    with django_assert_num_queries(13):  # the incident, and which bookings could make room
        views = slots.days(cast.store, needs=HOUR, date_from=tomorrow().date(), days=3, now=clock.now())
    first, *others = views
    morning = [piece for piece in first.closed if piece.from_at < tomorrow(10)]
    assert all("No power in the street" in piece.reasons for piece in morning)
    assert not any("No power in the street" in p.reasons for view in others for p in view.closed)
    with pytest.raises(DomainError, match="No power in the street"):
        make_appointment(cast.store, starts_at=tomorrow(9))


def test_it_is_not_opened_before_exactly_what_it_touches_was_seen(cast):
    narrow_house(cast)
    appointment = make_appointment(cast.store, starts_at=tomorrow(9))
    with pytest.raises(incidents.Unseen) as found:
        report(cast, only_bay(), seen="")
    (record,) = found.value.records
    assert (record.subject, record.due_at) == (subject_key(appointment), tomorrow(9))
    assert record.things == [only_bay().name]
    assert not Incident.objects.exists()
    with pytest.raises(incidents.Unseen):
        report(cast, only_bay(), seen="another list")
    incident = report(cast, only_bay(), seen=affected.fingerprint(found.value.records))
    assert incident.records.get().label == f"{appointment.number} {appointment.vehicle.plate}"


def test_bookings_beside_the_span_and_on_other_things_are_not_touched(cast):
    narrow_house(cast)
    other = bay(cast.store, "Lift 9")
    make_appointment(cast.store, starts_at=tomorrow(9))
    assert not report(cast, other).records.exists()
    assert not report(
        cast, only_bay_named("Bay"), starts_at=tomorrow(13), expected_end_at=tomorrow(14)
    ).records.exists()


def only_bay_named(name):
    return Resource.objects.get(name=name)


def test_desk_and_floor_of_the_store_have_one_line_that_leads_to_the_card(cast):
    narrow_house(cast)
    incident = report(cast, only_bay())
    told = {notice.reader.role: notice for notice in Notice.objects.select_related("reader")}
    assert set(told) == {
        "service_advisor", "reception_supervisor", "service_manager", "station_head", "team_lead",
        "technician", "quality_inspector",
    }, "not the dispatcher, who wrote it; nobody of another house"  # fmt: skip
    assert told["technician"].url == f"/capacity/incidents/{incident.pk}/"
    assert "Lift 3 leaks oil" in str(told["technician"])
    assert "12:00" in str(told["technician"])


def test_a_new_estimate_is_told_in_the_same_line_with_its_reason(cast):
    narrow_house(cast)
    incident = report(cast, only_bay())
    Notice.objects.update(read_at=clock.now())
    lines = Notice.objects.count()
    incidents.estimate_anew(
        incident, expected_end_at=tomorrow(15), reason="Seal comes at two", by=cast.dispatcher
    )
    assert Notice.objects.unread().count() == Notice.objects.count() == lines
    assert "15:00" in str(Notice.objects.first())
    assert "Seal comes at two" in str(Notice.objects.first())
    incidents.end(incident, by=cast.dispatcher)
    assert Notice.objects.count() == lines


def test_a_later_estimate_blocks_longer_touches_more_and_reopens_what_was_in_time(cast):
    narrow_house(cast)
    first = make_appointment(cast.store, starts_at=tomorrow(9))
    second = make_appointment(cast.store, starts_at=tomorrow(13))
    incident = report(cast, only_bay())
    incidents.tick(incident.records.get(), outcome="in_time", by=cast.advisor)
    incidents.estimate_anew(incident, expected_end_at=tomorrow(16), reason="Parts", by=cast.dispatcher)
    assert [r.subject for r in incident.records.all()] == [subject_key(first), subject_key(second)]
    assert incident.records.unticked().count() == 2
    assert not fits(cast.store, tomorrow(15))
    assert Absence.objects.get().during.upper == tomorrow(16)


def test_an_earlier_estimate_frees_the_time_and_keeps_the_list(cast):
    narrow_house(cast)
    make_appointment(cast.store, starts_at=tomorrow(11))
    incident = report(cast, only_bay())
    incidents.tick(incident.records.get(), outcome="in_time", by=cast.advisor)
    incidents.estimate_anew(incident, expected_end_at=tomorrow(10), reason="Mended", by=cast.dispatcher)
    assert incident.records.get().outcome == "in_time"
    assert fits(cast.store, tomorrow(9, 45))


def test_ended_early_the_rest_of_the_time_is_free(cast):
    narrow_house(cast)
    now = clock.now()
    running = report(cast, only_bay(), starts_at=now - timedelta(hours=1), expected_end_at=tomorrow(18))
    assert not fits(cast.store, tomorrow(9))
    incidents.end(running, by=cast.dispatcher)
    assert fits(cast.store, tomorrow(9))
    absence = Absence.objects.get()
    assert absence.during.lower == running.starts_at
    assert absence.during.upper == running.ended_at
    announced = report(cast, only_bay())
    incidents.end(announced, by=cast.dispatcher)
    assert not Absence.objects.filter(incident=announced).exists(), "it never began"


def test_after_the_end_the_card_is_done_when_every_record_has_a_name(cast):
    narrow_house(cast)
    for hour in (9, 11):
        make_appointment(cast.store, starts_at=tomorrow(hour))
    incident = report(cast, only_bay())
    first, second = incident.records.all()
    incidents.tick(first, outcome="moved", by=cast.advisor)
    incidents.end(incident, by=cast.dispatcher)
    assert incident.done_at is None
    assert Task.objects.open().mine(cast.dispatcher).get().url == f"/capacity/incidents/{incident.pk}/"
    incidents.tick(second, outcome="called", by=cast.advisor)
    incident.refresh_from_db()
    assert incident.done_at
    assert (second.ticked_by, second.outcome) == (cast.advisor, "called")
    assert not Task.objects.open().exists()
    kinds = list(Event.objects.about(incident).order_by("pk").values_list("kind", flat=True))
    assert kinds == [
        "incident.opened", "incident.moved", "incident.ended", "incident.called", "incident.done",
    ]  # fmt: skip


def test_without_anything_touched_the_end_is_the_last_word(cast):
    narrow_house(cast)
    incident = report(cast, only_bay())
    incidents.end(incident, by=cast.dispatcher)
    assert incident.done_at


def test_whoever_opened_it_is_asked_at_the_expected_end_whether_it_is_over(cast):
    narrow_house(cast)
    incident = report(cast, only_bay())
    assert Task.objects.open().get().due_at == tomorrow(12)
    incidents.estimate_anew(incident, expected_end_at=tomorrow(15), reason="Parts", by=cast.manager)
    task = Task.objects.open().get()
    assert (task.owner, task.due_at) == (cast.dispatcher, tomorrow(15))


def test_a_record_is_ticked_off_once_and_the_second_is_told_by_whom(cast):
    narrow_house(cast)
    make_appointment(cast.store, starts_at=tomorrow(9))
    incident = report(cast, only_bay())
    record = incident.records.get()
    incidents.tick(record, outcome="called", by=cast.advisor)
    with pytest.raises(DomainError, match=cast.advisor.name):
        incidents.tick(IncidentRecord.objects.get(), outcome="moved", by=cast.manager)
    assert IncidentRecord.objects.get().outcome == "called"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"expected_end_at": tomorrow(8)}, "end_before_start"),
        ({"starts_at": tomorrow(days=-3), "expected_end_at": tomorrow(days=-2)}, "end_past"),
        ({"resources": ()}, "nothing_chosen"),
        ({"kind": "part"}, "nothing_chosen"),
        ({"text": "  "}, "text_missing"),
    ],
)
def test_what_makes_no_sense_is_refused(cast, fields, code):
    narrow_house(cast)
    with pytest.raises(DomainError) as refused:
        report(cast, only_bay(), **fields)
    assert refused.value.code == code
    assert not Incident.objects.exists()


def test_things_of_another_store_and_parts_of_another_group_are_refused(cast):
    for wrong in (
        {"resources": [bay(cast.other_store, "Theirs")]},
        {"resources": (), "kind": "part", "part": make_part(cast.foreign_store)},
    ):
        with pytest.raises(DomainError) as refused:
            report(cast, **wrong)
        assert refused.value.code == "foreign"


def test_an_estimate_needs_a_reason_a_future_and_a_running_card(cast):
    narrow_house(cast)
    incident = report(cast, only_bay())
    wrong = [
        ("reason_missing", {"expected_end_at": tomorrow(13), "reason": " "}),
        ("estimate_same", {"expected_end_at": tomorrow(12), "reason": "x"}),
        ("end_before_start", {"expected_end_at": tomorrow(7), "reason": "x"}),
        ("stale", {"expected_end_at": tomorrow(13), "reason": "x", "version": 7}),
    ]
    for code, fields in wrong:
        with pytest.raises(DomainError) as refused:
            incidents.estimate_anew(incident, by=cast.dispatcher, **fields)
        assert refused.value.code == code
    incidents.end(incident, by=cast.dispatcher)
    for verb in (
        lambda: incidents.end(incident, by=cast.dispatcher),
        lambda: incidents.estimate_anew(
            incident, expected_end_at=tomorrow(13), reason="x", by=cast.dispatcher
        ),
    ):
        with pytest.raises(DomainError) as refused:
            verb()
        assert refused.value.code == "incident_over"


def test_a_second_card_for_the_same_thing_is_refused_naming_the_first(cast):
    narrow_house(cast)
    first = report(cast, only_bay())
    for second in ({"resources": [only_bay()]}, {"resources": (), "is_whole_store": True}):
        with pytest.raises(DomainError, match="Lift 3 leaks oil") as refused:
            report(cast, **second)
        assert refused.value.extra["incident"] == first.pk
    report(cast, bay(cast.store, "Lift 9"), text="Another lift")
    incidents.end(first, by=cast.dispatcher)
    report(cast, only_bay_named("Bay"), text="Again")


def test_what_a_card_made_is_taken_back_by_the_card_alone(cast):
    narrow_house(cast)
    report(cast, only_bay())
    with pytest.raises(DomainError, match="Lift 3 leaks oil"):
        keeping.remove_absence(Absence.objects.get(), by=cast.manager)
    assert Absence.objects.exists()


class TestParts:
    """A part that is recalled or blocked: nothing is away, but everything that needs it is touched."""

    @pytest.fixture
    def filter_(self, cast):
        return make_part(cast.store, "OF-1")

    def blocked(self, cast, part, **fields):
        text = "Filter OF-1 is recalled"
        return report(cast, kind="part", part=part, text=text, expected_end_at=tomorrow(18), **fields)

    def test_appointments_in_the_time_and_orders_in_the_house_are_touched(self, cast, filter_, midmorning):
        furnish(cast.store)
        due = make_appointment(cast.store, asks=[Ask(filter_)], starts_at=tomorrow(9))
        make_appointment(cast.store, asks=[Ask(filter_)], starts_at=tomorrow(9, days=3))
        make_appointment(cast.store, starts_at=tomorrow(10))
        order = make_authorised_order(cast, [labour(cast), part_line(cast)])
        part_in_house = order.lines.get(kind="part").part
        assert [r.subject for r in self.blocked(cast, filter_).records.all()] == [subject_key(due)]
        assert [r.subject for r in self.blocked(cast, part_in_house).records.all()] == [subject_key(order)]
        assert not Absence.objects.exists()

    def test_what_is_booked_or_signed_later_joins_the_list(self, cast, filter_, midmorning):
        furnish(cast.store)
        spec = part_line(cast)
        first, second = self.blocked(cast, filter_), self.blocked(cast, spec.part)
        deliver()
        receive(cast.store, filter_, Decimal(5), by=cast.parts_clerk)
        appointment = make_appointment(cast.store, asks=[Ask(filter_)], starts_at=tomorrow(9))
        order = make_authorised_order(cast, [labour(cast), spec])
        deliver()
        assert first.records.get().subject == subject_key(appointment)
        assert second.records.get().subject == subject_key(order)

    def test_the_same_part_has_one_running_card_in_a_store(self, cast, filter_):
        self.blocked(cast, filter_)
        with pytest.raises(DomainError) as refused:
            self.blocked(cast, filter_)
        assert refused.value.code == "incident_running"

    def test_parts_clerks_are_told_too(self, cast, filter_):
        self.blocked(cast, filter_)
        assert Notice.objects.filter(reader=cast.parts_clerk).exists()


def test_jobs_on_a_lift_are_one_row_of_their_order(cast, midmorning):
    job = make_planned_job(cast)
    until = clock.now() + timedelta(hours=3)
    incident = report(
        cast, bays(cast)[0], job.technician, starts_at=clock.now(), expected_end_at=until, text="Lift stuck"
    )
    record = incident.records.get()
    assert (record.subject, record.thread) == (subject_key(job.order), job.order.event_thread)
    assert job.technician.name in record.things
    assert make_order(cast).pk != job.order_id

"""Banners of an incident: on whose page, how long, at what cost; and what two people do at once."""

from threading import Barrier

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.appointments import services as appointments
from apps.capacity import affected, incidents
from apps.capacity.models import Absence, Incident, IncidentRecord, IncidentResource
from apps.core.errors import DomainError
from apps.desk.models.event import subject_key
from tests.appointments.factories import make_appointment
from tests.capacity.factories import narrow_house, tomorrow
from tests.capacity.incident_factories import deliver, only_bay, report
from tests.harness.connections import in_background, together, until_a_rival_waits


class TestBanners:
    def test_a_banner_shows_while_it_runs_and_until_the_recheck(self, cast):
        narrow_house(cast)
        appointment = make_appointment(cast.store, starts_at=tomorrow(9))
        other = make_appointment(cast.store, starts_at=tomorrow(14))

        def shown(to=cast.advisor, about=appointment):
            by_row = affected.banners(to, subject=subject_key(about))
            assert len(affected.banners(to, thread=about.event_thread)) == len(by_row)
            return [b.incident for b in by_row]

        assert shown() == []
        incident = report(cast, only_bay())
        assert shown() == [incident]
        assert shown(about=other) == []
        assert shown(to=cast.stranger) == []
        incidents.end(incident, by=cast.dispatcher)
        assert shown() == [incident], "to be rechecked"
        incidents.tick(incident.records.get(), outcome="in_time", by=cast.advisor)
        assert shown() == []

    def test_what_was_moved_carries_none_and_what_was_called_does(self, cast):
        narrow_house(cast)
        appointment = make_appointment(cast.store, starts_at=tomorrow(9))
        incident = report(cast, only_bay())
        record = incident.records.get()
        for outcome, count in (("called", 1), ("moved", 0)):
            IncidentRecord.objects.update(outcome="", ticked_at=None, ticked_by=None)
            incidents.tick(record, outcome=outcome, by=cast.advisor)
            assert len(affected.banners(cast.advisor, subject=subject_key(appointment))) == count

    def test_no_query_while_nothing_runs_and_one_while_something_does(self, cast, django_assert_num_queries):
        narrow_house(cast)
        appointment = make_appointment(cast.store, starts_at=tomorrow(9))
        reader = User.objects.select_related("store").get(pk=cast.advisor.pk)
        affected.banners(reader, subject="x")
        with django_assert_num_queries(0):
            affected.banners(reader, subject=subject_key(appointment))
        report(cast, only_bay())
        affected.is_any_open(cast.store.pk)
        with django_assert_num_queries(1):
            assert affected.banners(reader, subject=subject_key(appointment))

    def test_a_moved_appointment_can_be_moved_and_ticked(self, cast):
        narrow_house(cast)
        appointment = make_appointment(cast.store, starts_at=tomorrow(9))
        incident = report(cast, only_bay())
        appointments.reschedule(appointment, starts_at=tomorrow(14), by=cast.advisor)
        deliver()
        incidents.tick(incident.records.get(), outcome="moved", by=cast.advisor)
        assert not affected.banners(cast.advisor, subject=subject_key(appointment))


class TestRaces:
    @pytest.mark.django_db(transaction=True)
    def test_of_two_who_report_the_same_lift_one_opens_and_one_is_told(self, cast):
        narrow_house(cast)
        lift = only_bay()
        results = together(lambda: report(cast, lift), lambda: report(cast, lift, by=cast.manager))
        refused = [r for r in results if isinstance(r, DomainError)]
        assert [r.code for r in refused] == ["incident_running"], results
        assert Incident.objects.count() == Absence.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_control_without_the_lock_the_database_stops_the_second(self, cast):
        narrow_house(cast)
        lift, gate = only_bay(), Barrier(2)

        def unguarded():
            with transaction.atomic():
                assert not IncidentResource.objects.filter(resource=lift, is_running=True).exists()
                gate.wait(10)
                incident = Incident.objects.create(
                    store=cast.store, kind="lift", text="x", starts_at=tomorrow(8),
                    expected_end_at=tomorrow(9), opened_by=cast.manager,
                )  # fmt: skip
                IncidentResource.objects.create(incident=incident, resource=lift)

        results = together(unguarded, unguarded)
        assert sum(isinstance(r, IntegrityError) for r in results) == 1
        assert Incident.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_a_booking_made_at_the_same_moment_is_seen_or_refused(self, cast):
        narrow_house(cast)
        with transaction.atomic():
            report(cast, only_bay())
            rival = in_background(lambda: make_appointment(cast.store, starts_at=tomorrow(9)))
            until_a_rival_waits()
        with pytest.raises(DomainError) as refused:
            rival.result(20)
        assert refused.value.code == "slot_taken"

    @pytest.mark.django_db(transaction=True)
    def test_a_tick_at_the_moment_of_the_end_leaves_no_card_undone(self, cast):
        narrow_house(cast)
        make_appointment(cast.store, starts_at=tomorrow(9))
        incident = report(cast, only_bay())
        mine, theirs = Incident.objects.get(), IncidentRecord.objects.select_related("incident").get()
        results = together(
            lambda: incidents.end(mine, by=cast.dispatcher),
            lambda: incidents.tick(theirs, outcome="called", by=cast.advisor),
        )
        assert results == [None, None]
        incident.refresh_from_db()
        assert incident.done_at

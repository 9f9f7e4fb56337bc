"""Two hundred customers call for the last places."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from django.db import transaction
from rest_framework.authtoken.models import Token

from apps.accounts.models import User
from apps.appointments import services
from apps.appointments.items import Ask
from apps.appointments.models import Appointment
from apps.catalog.models import LabourOperation
from apps.core import clock
from apps.core.errors import DomainError
from apps.customers.models import Vehicle
from bench.figures.base import Job, Size
from bench.measure import Figure
from bench.programs import web

CLIENTS, PLACES = 200, 2


def booking_race(size: Size) -> dict[str, Figure]:
    """The last places of one start, asked for at once through two web processes."""
    user = User.objects.get(username="advisor")
    token = Token.objects.get_or_create(user=user)[0].key
    starts_at = clock.at(clock.today() + timedelta(days=5), 10)
    operation = LabourOperation.objects.visible_to(user).active().order_by("pk").first()
    cars = list(Vehicle.objects.visible_to(user).select_related("owner").order_by("pk")[: CLIENTS + 60])
    spare, racing = cars[CLIENTS:], cars[:CLIENTS]
    fit = _fill(user, operation, starts_at, spare, limit=None)
    if fit < 1:
        raise AssertionError("nothing fits at the start that was chosen")
    places = min(PLACES, fit)
    _fill(user, operation, starts_at, spare, limit=fit - places)
    meet = Barrier(CLIENTS)

    def ask(address: str, car: Vehicle) -> str:
        body = {
            "vehicle": car.pk,
            "starts_at": starts_at.isoformat(),
            "items": [{"operation": operation.pk}],
        }
        request = urllib.request.Request(
            f"{address}/api/v1/appointments/",
            json.dumps(body).encode(),
            {"Authorization": f"Token {token}", "Content-Type": "application/json"},
        )
        meet.wait()
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return str(answer.status)
        except urllib.error.HTTPError as error:
            return f"{error.code} {json.loads(error.read()).get('title', '')}".strip()

    with web("web1") as (_one, first), web("web2") as (_two, second), ThreadPoolExecutor(CLIENTS) as pool:
        asked = [pool.submit(ask, (first, second)[n % 2], car) for n, car in enumerate(racing)]
        answers = Counter(future.result() for future in asked)
    booked = Appointment.objects.filter(vehicle__in=racing, arrives_at=starts_at).count()
    if answers["201"] != booked:
        raise AssertionError(f"{answers['201']} were told they won, {booked} are booked")
    note = f"{places} places, " + ", ".join(f"{n} × {text}" for text, n in sorted(answers.items()))
    return {"booking_race_overbooked": Figure(abs(booked - places), 0, "places", CLIENTS, note=note)}


def _fill(user: User, operation: LabourOperation, starts_at, cars: list[Vehicle], limit: int | None) -> int:
    """Book until nothing fits and take it back (``limit`` None), or book ``limit`` times; how many fitted."""
    done = 0
    with transaction.atomic():
        for car in cars[:limit]:
            try:
                services.book(
                    store=user.store, customer=car.owner, vehicle=car, starts_at=starts_at,
                    asks=[Ask(operation)], by=user,
                )  # fmt: skip
            except DomainError:
                break
            done += 1
        transaction.set_rollback(limit is None)
    return done


JOBS = [Job(("booking_race_overbooked",), "200 clients, two web processes, the last places", booking_race)]

"""One car's way through the house, step by step, by the verbs that people use."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from apps.accounts.models import User
from apps.appointments.models import Appointment
from apps.callbacks import surveys
from apps.callbacks.models import Response
from apps.calls.models import Call
from apps.capacity.models import Resource
from apps.customers.models import Vehicle
from apps.delivery import services as delivery
from apps.delivery.explanations import EXPLANATIONS
from apps.demo.house import House
from apps.demo.texts import people
from apps.demo.time import Clock
from apps.desk.models import EventDelivery
from apps.parts import services as parts
from apps.quality import services as quality
from apps.quality.checklist import items_for
from apps.reception import services as reception
from apps.reception.models import Visit
from apps.workorders import services as workorders
from apps.workorders.models import WorkOrder
from apps.workorders.services import LineSpec
from apps.workshop import services as workshop
from apps.workshop.models import Job

MINUTE = timedelta(minutes=1)


def deliver_events(clock: Clock) -> None:
    """Let the reactions to what has happened happen, as the worker would."""
    now = clock.at(23, 59)
    while EventDelivery.objects.deliver_one(now):
        pass


def signature(seed: int) -> bytes:
    """A scribble that stands for the customer's signature."""
    image = Image.new("RGBA", (360, 120), (0, 0, 0, 0))
    points = [(20 + 24 * i, 60 + ((seed * (i + 3) * 37) % 70) - 35) for i in range(13)]
    ImageDraw.Draw(image).line(points, fill=(20, 30, 60, 255), width=4, joint="curve")
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


class Way:
    """A car on its way. Each step moves the clock on by the minutes that it takes."""

    def __init__(self, house: House, clock: Clock, vehicle: Vehicle, *, arrives_at: datetime) -> None:
        self.house, self.clock, self.vehicle = house, clock, vehicle
        self.now = arrives_at
        self.advisor: User = vehicle.owner.advisor or house["advisor"]
        self.visit: Visit | None = None
        self.order: WorkOrder | None = None

    def wait(self, minutes: float) -> None:
        """Time passes."""
        self.now = self.clock.to(self.now + minutes * MINUTE)

    def arrive(self, appointment: Appointment | None = None, *, waits: bool = False) -> Way:
        """At the gate."""
        self.wait(0)
        self.visit = reception.arrive(
            self.house.store,
            by=self.house["guard"],
            vehicle=None if appointment else self.vehicle,
            appointment=appointment,
            waits_here=waits,
        )
        if appointment:
            self.advisor = appointment.advisor
        return self

    def receive(self, words: str, *, marks: int = 0) -> Way:
        """Greeted, walked round, listened to."""
        visit = self.visit
        assert visit is not None
        self.wait(0.6)
        visit.meet(by=self.advisor)
        self.wait(5)
        for n in range(marks):
            x, y = 250 + 170 * n, 180 + 90 * n
            reception.add_mark(visit, by=self.advisor, kind=("scratch", "dent", "chip")[n % 3], x=x, y=y)
        km = (self.vehicle.odometer_km or 10_000) + 137
        sign = SimpleUploadedFile("signature.png", signature(visit.pk), "image/png")
        reception.save_walk_around(
            visit,
            by=self.advisor,
            odometer_km=km,
            signature=sign,
            signed_name=self.vehicle.owner.name,
            energy_percent=30 + visit.pk * 7 % 60,
            valuables_reminded=True,
            covers_fitted=True,
        )
        self.wait(6)
        reception.save_interview(
            visit,
            by=self.advisor,
            customer_words=words,
            symptoms={},
            started_at=self.now - 6 * MINUTE,
        )
        return self

    def estimate(self, *specs: LineSpec, package: str = "") -> Way:
        """The order is opened with its lines."""
        self.wait(3)
        lines = list(specs)
        if package:
            lines += workorders.package_specs(self.house.package(package))
        booked = self.visit is not None and self.visit.appointment_id
        self.order = workorders.open_order(visit=self.visit, by=self.advisor, lines=[] if booked else lines)
        if booked and lines:
            workorders.add_lines(self.order, lines, by=self.advisor)
        return self

    def options(self, **options: object) -> Way:
        """What was agreed beside the lines."""
        workorders.change_options(self.opened, by=self.advisor, **options)
        return self

    def sign(self) -> Way:
        """The customer signs on screen."""
        self.wait(2)
        workorders.authorise_now(
            self.opened,
            by=self.advisor,
            method="signature",
            given_by=self.vehicle.owner.name,
            signature=signature(self.opened.pk),
        )
        self.opened.refresh_from_db()
        return self

    def issue(self) -> Way:
        """The parts clerk hands out what is there."""
        for line in self.opened.lines.select_related("demand").exclude(demand=None):
            if line.authorised_in_id and line.demand and line.demand.reserved:
                parts.issue(line.demand, line.demand.reserved, by=self.house["parts"])
        return self

    def dispatch(self, bay: tuple[str, int], technician: str, *, at: datetime | None = None) -> Way:
        """The dispatcher plans every job, one after the other."""
        self.wait(1)
        self.opened.refresh_from_db()
        workshop.open_jobs(self.opened, by=self.house["dispatcher"])
        start = at or self.now + MINUTE
        place = self.house.bay(*bay)
        hand = Resource.objects.get(store=self.house.store, person=self.house[technician])
        self.technician = self.house[technician]
        for job in self.jobs:
            job.dispatch(place, hand, start, by=self.house["dispatcher"])
            start = job.planned_until or start
        return self

    @property
    def jobs(self) -> list[Job]:
        """The order's jobs that are still open, in order."""
        return list(Job.objects.filter(order=self.opened).open().order_by("pk"))

    def work(self, *, finish: int = 99) -> Way:
        """Do the first ``finish`` jobs; then begin the next one and leave it running."""
        for done, job in enumerate(self.jobs):
            self.wait(1)
            job.tick_protection(by=self.technician)
            job.start(technician=self.technician, by=self.technician)
            if done == finish:
                break
            self.wait(float(job.flat_rate_hours) * 40)
            job.finish(by=self.technician, work_done=people.WORK_DONE)
        return self

    def hand_to_qc(self) -> Way:
        """All jobs are finished."""
        self.wait(2)
        self.opened.refresh_from_db()
        workshop.submit_for_qc(self.opened, by=self.technician)
        return self

    def check(self, *, fails: str = "") -> Way:
        """The inspector passes the car or sends it back."""
        self.wait(8)
        verdicts = dict.fromkeys(items_for(safety_relevant=True), "ok")
        if not fails:
            findings = quality.Findings(verdicts, {}, road_test_km=4)
            quality.pass_order(self.opened, findings, by=self.house["inspector"])
        else:
            findings = quality.Findings(verdicts | {"leaks": "bad"}, {}, note=fails)
            jobs = Job.objects.filter(order=self.opened, state=Job.State.FINISHED).order_by("pk")
            quality.fail_order(self.opened, findings, {jobs[0]: fails}, by=self.house["inspector"])
        return self

    def wash(self) -> Way:
        """Washed, restored, parked."""
        self.wait(12)
        place = f"A{self.opened.pk % 30 + 1:02d}"
        quality.finish_wash(self.opened, parked_at=place, keys_at=people.KEYS, by=self.house["tech8"])
        return self

    def settle(self) -> Way:
        """The advisor settles."""
        self.wait(4)
        self.opened.refresh_from_db()
        self.settlement = delivery.settle(self.opened, by=self.advisor)
        return self

    def pay(self, method: str = "wechat") -> Way:
        """The cashier takes the money."""
        self.wait(3)
        if self.settlement.customer_total:
            delivery.pay(self.settlement, method, self.settlement.customer_total, by=self.house["cashier"])
        return self

    def go_home(self) -> Way:
        """Explained, given back, through the gate."""
        self.wait(4)
        self.opened.refresh_from_db()
        gate_pass = delivery.deliver(
            self.opened, by=self.advisor, explained=list(EXPLANATIONS), returned=[], callback_wish=""
        )
        self.wait(3)
        delivery.let_out(gate_pass, by=self.house["guard"])
        return self

    @property
    def opened(self) -> WorkOrder:
        """The order, once there is one."""
        assert self.order is not None
        return self.order


def answer_callback(call: Call, agent: User, scores: dict[str, object], order: WorkOrder) -> None:
    """The agent reaches the customer, fills the survey in and completes the call."""
    call.claim(by=agent)
    call.record_attempt("reached", by=agent)
    call.complete(by=agent, person_spoken_to=call.customer.name)
    questionnaire = surveys.in_use(order.store.group_id)
    if questionnaire is not None:
        surveys.record(questionnaire, order, scores, channel=Response.Channel.PHONE, call=call, by=agent)

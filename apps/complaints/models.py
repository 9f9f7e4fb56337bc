"""Complaints (抱怨, 投诉): answered within 24 hours, closed by the customer's word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.accounts.roles import MANAGERS, Role
from apps.core import clock
from apps.core.errors import DomainError
from apps.customers.models import Customer, Vehicle
from apps.desk.models import Event, Notice, NumberSeries
from apps.workorders.models import WorkOrder

ANSWER_WITHIN = timedelta(hours=24)
ESCALATIONS = (50, 80, 100)
"""Per cent of the clock at which somebody hears of it. Source: domain description, complaints."""


@dataclass(frozen=True)
class Clock:
    """The arithmetic of one complaint's clock, as it is shown."""

    opened_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    now: datetime

    @property
    def used(self) -> timedelta:
        """Time used until the answer, or until now."""
        return (self.stopped_at or self.now) - self.opened_at

    @property
    def percent(self) -> int:
        """Share of the 24 hours used, floored."""
        return int(self.used / (self.due_at - self.opened_at) * 100)

    @property
    def tone(self) -> str:
        """Colour of the state: in time, getting late, late."""
        if self.percent >= 100:
            return "late"
        if self.stopped_at:
            return "ready"
        return "block" if self.percent >= 50 else "work"


class ComplaintQuerySet(StoreOwnedQuerySet):
    """Sets of complaints."""

    def visible_to(self, user: User) -> Self:
        """The store's complaints; sensitive ones only for managers and their owner."""
        rows = super().visible_to(user)
        if user.role in (*MANAGERS, Role.GROUP_MANAGER):
            return rows
        return rows.filter(Q(is_sensitive=False) | Q(owner=user))

    def open(self) -> Self:
        """Not closed."""
        return self.exclude(status=Complaint.Status.CLOSED)

    def unanswered(self) -> Self:
        """Whose clock runs."""
        return self.filter(answered_at=None)

    def to_escalate(self, now: datetime) -> Self:
        """Unanswered, and a further mark of the clock has been passed."""
        return self.unanswered().filter(next_escalation_at__lte=now)


class Complaint(models.Model):
    """One complaint from word to prevention. ``status`` is written by ``_move`` alone."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")

    NEXT: dict[str, set[Any]] = {
        Status.OPEN: {Status.ANSWERED},
        Status.ANSWERED: {Status.CLOSED},
        Status.CLOSED: set(),
    }

    class Cause(models.TextChoices):
        PRODUCT = "product", _("Product")
        WORKMANSHIP = "workmanship", _("Workmanship")
        PARTS = "parts", _("Parts supply")
        CONDUCT = "conduct", _("Staff conduct")
        PROMISE = "promise", _("Promise not kept")
        PRICE = "price", _("Price")
        EXPECTATION = "expectation", _("Expectation")
        OTHER = "other", _("Other")

    class Motive(models.TextChoices):
        MONEY = "money", _("Money")
        RESPECT = "respect", _("Respect")

    class Fault(models.TextChoices):
        OURS = "ours", _("Ours")
        CUSTOMER = "customer", _("The customer's")
        PART = "part", _("The part's")
        UNCLEAR = "unclear", _("Unclear")

    class Word(models.TextChoices):
        SATISFIED = "satisfied", _("Satisfied")
        ACCEPTED = "accepted", _("Accepted")
        NOT_SATISFIED = "not", _("Not satisfied")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    number = models.CharField(_("complaint number"), max_length=20, unique=True)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("customer"))
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("vehicle")
    )
    order = models.ForeignKey(
        WorkOrder, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("work order")
    )
    words = models.TextField(_("the customer's words"))
    cause = models.CharField(_("cause"), max_length=12, choices=Cause.choices)
    wished_solution = models.CharField(_("what the customer wants"), max_length=300, blank=True)
    motive = models.CharField(_("motive"), max_length=8, choices=Motive.choices, blank=True)
    fault = models.CharField(_("fault"), max_length=8, choices=Fault.choices, default=Fault.UNCLEAR)
    is_sensitive = models.BooleanField(_("press, authority or lawyer"), default=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("opened"))
    due_at = models.DateTimeField(_("answer due"))
    next_escalation_at = models.DateTimeField(null=True)
    escalated_percent = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(_("answered"), null=True)
    answer = models.TextField(_("answer"), blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    customer_word = models.CharField(
        _("the customer's word"), max_length=10, choices=Word.choices, blank=True
    )
    prevention = models.CharField(_("prevention"), max_length=300, blank=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(due_at__gt=F("opened_at")), name="complaint_has_a_clock"),
            models.CheckConstraint(
                condition=~Q(status="closed") | (~Q(customer_word="") & ~Q(prevention="")),
                name="closed_complaint_has_word_and_prevention",
            ),
            models.CheckConstraint(
                condition=Q(status="open") | Q(answered_at__isnull=False), name="answered_complaint_says_when"
            ),
        ]
        indexes = [
            models.Index(fields=["store", "due_at"], name="complaint_clock", condition=Q(answered_at=None)),
            models.Index(fields=["store", "-id"], name="complaint_newest"),
            models.Index(fields=["customer"], name="complaint_customer"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def event_thread(self) -> str:
        """A complaint belongs to the vehicle's story, or to the customer's when there is none."""
        if self.vehicle_id:
            return f"customers.vehicle:{self.vehicle_id}"
        return f"customers.customer:{self.customer_id}"

    @property
    def clock(self) -> Clock:
        """The clock now."""
        return Clock(self.opened_at, self.due_at, self.answered_at, clock.now())

    @classmethod
    @transaction.atomic
    def take(cls, *, store: Store, by: User, owner: User, **fields: Any) -> Complaint:
        """Take a complaint in: the clock starts, the owner hears of it at once."""
        now = clock.now()
        complaint = cls.objects.create(
            store=store,
            number=NumberSeries.draw(store, "CP"),
            owner=owner,
            taken_by=by,
            opened_at=now,
            due_at=now + ANSWER_WITHIN,
            next_escalation_at=now + ANSWER_WITHIN * ESCALATIONS[0] / 100,
            **fields,
        )
        Event.record("complaint.opened", about=complaint, by=by, facts={"number": complaint.number})
        complaint.tell([owner], "Complaint %(number)s is yours: answer it within 24 hours")
        return complaint

    def tell(self, readers: list[User], text: str) -> None:
        """Leave ``readers`` a line with this complaint's number and address."""
        Notice.tell(readers, text, url=f"/complaints/{self.pk}/", number=self.number)

    def lock(self) -> None:
        """Reload under a row lock."""
        self.refresh_from_db(from_queryset=Complaint.objects.select_for_update(no_key=True))

    def _move(self, to: Complaint.Status, *, by: User, **fields: Any) -> None:
        if to not in self.NEXT[self.status]:
            raise DomainError(
                _("%(complaint)s is %(now)s; it cannot become %(to)s. Reload to see what happened.")
                % {"complaint": self, "now": self.get_status_display(), "to": to.label},
                code="complaint_state",
            )
        self.status = to
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=["status", *fields])
        Event.record(f"complaint.{to}", about=self, by=by, facts={"number": self.number})

    @transaction.atomic
    def give_answer(self, answer: str, *, by: User) -> None:
        """The customer has our answer: the clock stops."""
        self.lock()
        self._move(
            self.Status.ANSWERED, by=by, answered_at=clock.now(), answer=answer, next_escalation_at=None
        )

    @transaction.atomic
    def close(self, *, word: str, prevention: str, by: User) -> None:
        """Closing needs the customer's word and what prevents the next one."""
        self.lock()
        if not word or not prevention.strip():
            raise DomainError(
                _("%(complaint)s can be closed only with the customer's word and a prevention measure.")
                % {"complaint": self},
                code="complaint_incomplete",
            )
        self._move(
            self.Status.CLOSED,
            by=by,
            closed_at=clock.now(),
            customer_word=word,
            prevention=prevention.strip(),
        )

    @transaction.atomic
    def hand_to(self, owner: User, *, by: User) -> None:
        """Give it to another owner; the clock runs on."""
        self.lock()
        self.owner = owner
        self.save(update_fields=["owner"])
        Event.record("complaint.handed_over", about=self, by=by, facts={"number": self.number})
        self.tell([owner], "Complaint %(number)s was handed to you")

    def escalate(self, now: datetime) -> None:
        """Tell who must know that another mark of the clock has been passed. Call under the row's lock."""
        percent = self.clock.percent
        passed = max((mark for mark in ESCALATIONS if percent >= mark), default=0)
        ahead = [mark for mark in ESCALATIONS if mark > passed]
        self.escalated_percent = passed
        self.next_escalation_at = self.opened_at + ANSWER_WITHIN * ahead[0] / 100 if ahead else None
        self.save(update_fields=["escalated_percent", "next_escalation_at"])
        readers = [self.owner]
        if passed >= 80:
            readers += list(
                User.objects.with_role(*MANAGERS).filter(store=self.store).exclude(pk=self.owner_id)
            )
        text = {
            50: "Complaint %(number)s: half of the 24 hours are used",
            80: "Complaint %(number)s: 80 per cent of the 24 hours are used",
            100: "Complaint %(number)s is overdue",
        }[passed]
        self.tell(readers, text)
        Event.record("complaint.escalated", about=self, by=None, facts={"percent": passed})

"""A missing or wrong number blocks the call until whoever keeps the data has corrected it."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_noop

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.calls.models.base import CallBase
from apps.core import clock
from apps.customers.models import Customer
from apps.desk.models import Task

CORRECT_WITHIN = timedelta(hours=4)


def task_key(customer_id: int) -> str:
    """One correction task per customer, however many calls wait for it."""
    return f"call-number-{customer_id}"


class Numbered(CallBase):
    """Waiting for a telephone number, and coming back with one."""

    class Meta:
        abstract = True

    def ask_for_number(self, *, by: User | None) -> None:
        """Hold up every open call of this customer and ask for the number. Under the customer's lock.

        The task goes to the customer's advisor when he works in this store, else to the service manager.
        """
        waiting = type(self).objects.filter(customer_id=self.customer_id, state=self.State.OPEN)
        for call in waiting.exclude(pk=self.pk):
            call._move(self.State.CORRECTION, by=by)
        self._move(self.State.CORRECTION, by=by)
        advisor = self.customer.advisor
        of_the_house = advisor is not None and advisor.is_active and advisor.store_id == self.store_id
        Task.put(
            task_key(self.customer_id),
            about=self,
            kind="call_number",
            title=gettext_noop("Correct the telephone number of %(customer)s"),
            params={"customer": self.customer.name},
            owner=advisor if of_the_house else None,
            role="" if of_the_house else Role.SERVICE_MANAGER,
            due_at=clock.now() + CORRECT_WITHIN,
            url=reverse("calls:number", args=[self.customer_id]),
        )

    @classmethod
    @transaction.atomic
    def number_corrected(cls, customer: Customer, *, by: User | None) -> int:
        """Bring the customer's waiting calls back, due at once; returns how many (without a number none)."""
        fresh = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        if not fresh.phone:
            return 0
        waiting = list(cls.objects.filter(customer=fresh, state=cls.State.CORRECTION).order_by("pk"))
        for call in waiting:
            call._move(cls.State.OPEN, by=by, due_at=max(clock.at(call.opens_on, 0), clock.now()))
        Task.drop(task_key(fresh.pk), by=by, outcome="Number corrected")
        return len(waiting)

    @classmethod
    @transaction.atomic
    def number_removed(cls, customer: Customer, *, by: User | None) -> None:
        """The customer's file has lost its number: his open calls wait for another."""
        fresh = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        first = cls.objects.filter(customer=fresh, state=cls.State.OPEN).order_by("pk").first()
        if first is not None and not fresh.phone:
            first.ask_for_number(by=by)

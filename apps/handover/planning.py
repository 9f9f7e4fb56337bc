"""From a filled-in form, or a row of a list, to customer, car and handover."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from apps.accounts.models import Store, User
from apps.customers.models import Customer, Vehicle
from apps.handover import services
from apps.handover.forms import PlanForm, VinForm
from apps.handover.models import Handover


def known(user: User, vin: str) -> tuple[Vehicle | None, bool]:
    """The group's car with ``vin``, and whether ``user`` may see its owner. At most two queries."""
    rows = Vehicle.objects.in_group_of(user).filter(vin=vin)
    car = rows.select_related("owner", "model__brand").first()
    return car, car is not None and Vehicle.objects.visible_to(user).filter(pk=car.pk).exists()


def save(user: User, store: Store, vin_form: VinForm, form: PlanForm) -> Handover | None:
    """Customer, car and handover in one transaction; None with the errors beside the fields."""
    data = form.cleaned_data
    try:
        with transaction.atomic():
            customer = _buyer(user, store, form)
            vehicle = form.known or Vehicle.objects.register(
                owner=customer, store=store, by=user, **vin_form.cleaned_data, **form.vehicle_fields()
            )
            return services.plan(
                vehicle=vehicle,
                customer=customer,
                store=store,
                by=user,
                **{
                    name: data[name]
                    for name in ("sales_consultant", "advisor", "planned_at", "invoiced_on", "is_statutory")
                },
            )
    except ValidationError as error:
        for name, errors in error.update_error_dict({}).items():
            form.add_error(name if name in form.fields else None, errors)
        return None


def _buyer(user: User, store: Store, form: PlanForm) -> Customer:
    """The owner on file, the customer whom the group knows by this name and number, or a new one."""
    data = form.cleaned_data
    if data["buyer"] == PlanForm.OWNER and form.known is not None:
        return form.known.owner
    phone = data["phone"]
    same = Customer.objects.in_group_of(user).with_phone(phone).filter(name=data["name"].strip()).first()
    return same or Customer.objects.register(
        store=store,
        by=user,
        reason="handover",
        name=data["name"].strip(),
        phone=phone,
        kind=data["kind"],
        advisor=data["advisor"],
    )

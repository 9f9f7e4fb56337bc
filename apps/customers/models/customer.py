"""Customers of the group."""

from __future__ import annotations

from typing import Self

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import DealerGroup, Store, User


class CustomerQuerySet(models.QuerySet):
    """Sets of customers."""

    def visible_to(self, user: User) -> Self:
        """Customers to whom one of the user's stores has been given access."""
        access = StoreAccess.objects.filter(customer=OuterRef("pk"), store_id__in=user.visible_store_ids)
        return self.filter(Exists(access))

    def in_group_of(self, user: User) -> Self:
        """Everybody the group knows; show them masked until the store has access."""
        return self.filter(group_id=user.group_id)


@pghistory.track()
class Customer(models.Model):
    """A person or a company. Belongs to the group; a store works with it through StoreAccess."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        COMPANY = "company", _("Company")

    class Gender(models.TextChoices):
        MALE = "male", _("Male")
        FEMALE = "female", _("Female")

    class Channel(models.TextChoices):
        PHONE = "phone", _("Phone")
        SMS = "sms", _("SMS")
        WECHAT = "wechat", _("WeChat")

    group = models.ForeignKey(DealerGroup, models.PROTECT, related_name="+")
    number = models.CharField(_("customer number"), max_length=30)
    name = models.CharField(_("name"), max_length=100)
    sort_key = models.CharField(max_length=120, blank=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.PERSON)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    gender = models.CharField(_("gender"), max_length=6, choices=Gender.choices, blank=True)
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("advisor"),
    )
    preferred_channel = models.CharField(
        _("preferred channel"), max_length=10, choices=Channel.choices, blank=True
    )
    accepts_messages = models.BooleanField(_("accepts messages"), default=True)
    remarks = models.TextField(_("remarks"), blank=True)
    known_since = models.DateField(_("customer since"), null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, editable=False, related_name="+")
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "number"], name="customer_number_once"),
            models.CheckConstraint(
                condition=Q(phone="") | Q(phone__startswith="+"), name="customer_phone_e164"
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=models.F("id")), name="customer_not_merged_into_itself"
            ),
        ]
        indexes = [models.Index(fields=["group", "sort_key", "id"], name="customer_by_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def event_thread(self) -> str:
        """A customer's own story."""
        return f"customers.customer:{self.pk}"


class StoreAccess(models.Model):
    """A store may see a customer, since when and why (booking, arrival, handover, import, entry)."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="accesses")
    reason = models.CharField(max_length=30)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "store"], name="store_access_once")]

    def __str__(self) -> str:
        return f"{self.store_id} → {self.customer_id}"

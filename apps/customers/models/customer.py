"""Customers of the group."""

from __future__ import annotations

from typing import Any, Self

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import DealerGroup, Store, User
from apps.core import clock, phones, pinyin
from apps.core.errors import DomainError
from apps.customers.models import changes, keys
from apps.desk.models import Event, NumberSeries

SERIES = "C"
IMPERSONAL = {
    "kind",
    "gender",
    "advisor",
    "preferred_channel",
    "preferred_hours",
    "accepts_messages",
    "known_since",
}
"""Fields whose values may stand in an event's facts; the others name the person."""


class CustomerQuerySet(models.QuerySet):
    """Sets of customers."""

    def visible_to(self, user: User) -> Self:
        """Customers to whom one of the user's stores has been given access."""
        access = StoreAccess.objects.filter(customer=OuterRef("pk"), store_id__in=user.visible_store_ids)
        return self.filter(Exists(access))

    def in_group_of(self, user: User) -> Self:
        """Everybody the group knows; show them masked until the store has access."""
        return self.filter(group_id=user.group_id)

    def current(self) -> Self:
        """Without those who were merged into another."""
        return self.filter(merged_into=None)

    def with_phone(self, *phones: str) -> Self:
        """Everybody reached under one of ``phones`` (E.164); an empty one reaches nobody."""
        known = [phone for phone in phones if phone]
        return self.current().filter(phone__in=known) if known else self.none()

    def matching(self, text: str) -> Self:
        """Whoever is found under ``text``: by an own key, or by one of a vehicle that is theirs."""
        owners = Customer.objects.filter(vehicles__in=keys.ids(keys.VEHICLE, text)).values("pk")
        return self.filter(Q(pk__in=keys.ids(keys.CUSTOMER, text)) | Q(pk__in=owners))

    @transaction.atomic
    def register(self, *, store: Store, by: User | None, reason: str = "entry", **fields: Any) -> Customer:
        """A new customer, whom ``store`` may see from now on.

        ``phone`` is read as people type it; ``number`` is drawn from the series ``C`` when none is
        given. Raises ValidationError by field. Eight statements.
        """
        fields["phone"] = _phone(fields.get("phone", ""))
        number = fields.pop("number", "") or NumberSeries.draw(store, SERIES)
        fields.setdefault("known_since", clock.today())
        customer = Customer(group_id=store.group_id, number=number)
        changes.apply(customer, fields)
        if not customer.name:
            raise ValidationError({"name": translate("Enter the customer's name.")})
        customer.sort_key = pinyin.sort_key(customer.name)[:120]
        customer.save(force_insert=True)
        StoreAccess.objects.create(store=store, customer=customer, reason=reason, since=clock.now())
        customer.index()
        Event.record(
            "customer.registered",
            about=customer,
            by=by,
            store=store,
            facts={"number": number, "source": reason},
            personal={"name": customer.name},
        )
        return customer


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

    class Hours(models.TextChoices):
        MORNING = "morning", _("Morning")
        AFTERNOON = "afternoon", _("Afternoon")
        EVENING = "evening", _("Evening")

    group = models.ForeignKey(DealerGroup, models.PROTECT, related_name="+")
    number = models.CharField(_("customer number"), max_length=30)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=100)
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
    preferred_hours = models.CharField(_("preferred hours"), max_length=10, choices=Hours.choices, blank=True)
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
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="customer_not_merged_into_itself"),
        ]
        indexes = [
            models.Index(fields=["group", "sort_key", "id"], name="customer_by_name"),
            models.Index(fields=["group", "phone"], name="customer_by_phone"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def event_thread(self) -> str:
        """A customer's own story."""
        return f"customers.customer:{self.pk}"

    @property
    def masked_name(self) -> str:
        """The first character only, as boards and other stores show it: ``王**``."""
        return self.name[:1] + "*" * min(len(self.name) - 1, 3)

    def search_keys(self) -> set[str]:
        """What this customer is found under."""
        return keys.customer_keys(name=self.name, number=self.number, phone=self.phone)

    def index(self) -> None:
        """Bring the search keys up to date. Two statements."""
        keys.put(keys.CUSTOMER, {self.pk: self.search_keys()})

    def lock(self) -> None:
        """Reload under a row lock: guards must judge what is true now."""
        self.refresh_from_db(from_queryset=Customer.objects.select_for_update(no_key=True))

    @transaction.atomic
    def update(self, *, by: User | None, store: Store | int | None = None, **fields: Any) -> bool:
        """Change named fields; False when nothing differs. Raises ValidationError by field.

        The event keeps old and new values; those that name the person are kept apart.
        """
        self.lock()
        if self.merged_into_id:
            raise DomainError(
                translate("%(customer)s was merged into another file. Change that one.") % {"customer": self},
                code="merged",
            )
        if "phone" in fields:
            fields["phone"] = _phone(fields["phone"])
        different = changes.apply(self, fields)
        if not different:
            return False
        self.sort_key = pinyin.sort_key(self.name)[:120]
        self.version += 1
        self.save(update_fields=[*different, "sort_key", "version"])
        if different.keys() & {"name", "phone"}:
            self.index()
        stored = {name: [changes.storable(v) for v in pair] for name, pair in different.items()}
        Event.record(
            "customer.updated",
            about=self,
            by=by,
            store=store or (by.store_id if by else None),
            facts={"fields": sorted(stored), "changes": {n: v for n, v in stored.items() if n in IMPERSONAL}},
            personal={n: v for n, v in stored.items() if n not in IMPERSONAL},
        )
        return True


def _phone(typed: str) -> str:
    """E.164, or empty. Raises ValidationError beside the field."""
    if not typed.strip():
        return ""
    try:
        return phones.normalise(typed)
    except ValidationError as error:
        raise changes.field_error("phone", error) from error


class StoreAccess(models.Model):
    """A store may see a customer, since when and why (booking, arrival, handover, import, entry)."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="accesses")
    reason = models.CharField(max_length=30)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "store"], name="store_access_once")]
        indexes = [models.Index(fields=["store", "customer"], name="store_access_of_store")]

    def __str__(self) -> str:
        return f"{self.store_id} → {self.customer_id}"

"""What the customer saw, frozen, and his word on it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.money import MoneyField
from apps.desk.models import File
from apps.workorders.models.work_order import WorkOrder


def canonical(content: Any) -> bytes:
    """The one spelling of ``content``: UTF-8 JSON, keys sorted, no blanks. Raises TypeError for a float."""
    _refuse_floats(content)
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("a float has no one spelling; write amounts as text")
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            _refuse_floats(inner)


def seal(template_version: str, content: dict) -> str:
    """The hash the customer signs: SHA-256 over the template's version and the content."""
    return hashlib.sha256(canonical({"content": content, "template": template_version})).hexdigest()


class OrderVersion(models.Model):
    """A frozen state of the order: canonical JSON, the template's version, and their hash.

    The PDF made afterwards in a worker carries ``sha256`` on its face; its own hash is on
    the file row. Never changed once written, the database refuses it (only ``pdf`` is
    filled in, once).
    """

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    template_version = models.CharField(max_length=20)
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    total = MoneyField(_("total"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    pdf = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "number"], name="order_version_once")]

    def __str__(self) -> str:
        return f"{self.order} v{self.number}"

    @property
    def event_thread(self) -> str:
        return self.order.event_thread

    @property
    def store_id(self) -> int:
        """Versions belong to the order's store."""
        return self.order.store_id

    def is_intact(self) -> bool:
        """Whether the content still has the hash that was signed."""
        return seal(self.template_version, self.content) == self.sha256


class Authorisation(models.Model):
    """The customer's consent to (or refusal of) one frozen version: who, how, when, which lines."""

    class Method(models.TextChoices):
        SIGNATURE = "signature", _("Signature on screen")
        LINK = "link", _("By link")
        PHONE = "phone", _("By phone")

    version = models.OneToOneField(OrderVersion, models.PROTECT, related_name="authorisation")
    method = models.CharField(_("method"), max_length=10, choices=Method.choices)
    given_by = models.CharField(_("given by"), max_length=60)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    said = models.CharField(_("what was said"), max_length=300, blank=True)
    witness = models.CharField(_("second person"), max_length=60, blank=True)
    accepted = models.JSONField(default=list)
    declined = models.JSONField(default=list)
    amount = MoneyField(_("consented amount"), default=0)
    signature = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(method="signature") | Q(signature__isnull=False), name="signature_is_kept"
            ),
            models.CheckConstraint(
                condition=~Q(method="phone") | (~Q(phone="") & ~Q(said="")), name="phone_consent_is_recorded"
            ),
            models.CheckConstraint(condition=~Q(given_by=""), name="consent_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.get_method_display()}"

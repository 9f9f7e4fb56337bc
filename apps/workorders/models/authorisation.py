"""What the customer saw, frozen, and his word on it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.money import MoneyField
from apps.desk.models import File
from apps.workorders.models.work_order import WorkOrder


class OrderVersion(models.Model):
    """A frozen state of the order: canonical JSON, the template's version, and their hash.

    The PDF made afterwards in a worker carries ``sha256`` on its face; its own hash is on
    the file row. Never changed once written.
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


class Authorisation(models.Model):
    """The customer's consent to (or refusal of) one frozen version: who, how, when."""

    class Method(models.TextChoices):
        SIGNATURE = "signature", _("Signature on screen")
        LINK = "link", _("By link")
        PHONE = "phone", _("By phone")

    version = models.OneToOneField(OrderVersion, models.PROTECT, related_name="authorisation")
    method = models.CharField(_("method"), max_length=10, choices=Method.choices)
    given_by = models.CharField(_("given by"), max_length=60)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    said = models.CharField(_("what was said"), max_length=300, blank=True)
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
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.get_method_display()}"

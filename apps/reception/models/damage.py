"""Marks on the car drawing."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.desk.models import File
from apps.reception import drawing
from apps.reception.models.visit import Visit


class DamageQuerySet(models.QuerySet):
    """Sets of marks."""

    def visible_to(self, user: User) -> Self:
        """Marks of visits to the user's stores."""
        return self.filter(visit__store_id__in=user.visible_store_ids)


class Damage(models.Model):
    """One mark on the car drawing; ``x`` and ``y`` are per mille of the drawing's width and height.

    ``zone`` is computed from them (``drawing.zone_at``), never taken from a browser.
    A mark with ``carried_from`` was there at the vehicle's last visit.
    """

    class Kind(models.TextChoices):
        SCRATCH = "scratch", _("Scratch")
        DENT = "dent", _("Dent")
        CRACK = "crack", _("Crack")
        STONE_CHIP = "chip", _("Stone chip")
        RUST = "rust", _("Rust")
        MISSING = "missing", _("Missing part")

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="damages")
    zone = models.CharField(_("zone"), max_length=20)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    x = models.PositiveSmallIntegerField()
    y = models.PositiveSmallIntegerField()
    note = models.CharField(_("note"), max_length=200, blank=True)
    photo = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    carried_from = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    client_key = models.CharField(max_length=40, blank=True)

    objects = DamageQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "client_key"], condition=~Q(client_key=""), name="damage_sent_once"
            ),
            models.UniqueConstraint(
                fields=["visit", "carried_from"],
                condition=Q(carried_from__isnull=False),
                name="damage_carried_once",
            ),
            models.CheckConstraint(condition=Q(x__lte=1000, y__lte=1000), name="damage_on_the_drawing"),
        ]

    def __str__(self) -> str:
        return f"{self.zone_label} · {self.get_kind_display()}"

    @property
    def zone_label(self) -> str:
        """The zone in words."""
        return drawing.label(self.zone)

    @property
    def is_carried(self) -> bool:
        """Whether it was there at an earlier visit."""
        return self.carried_from_id is not None

    @property
    def at(self) -> tuple[float, float]:
        """Where it lies in the drawing's own units."""
        return drawing.from_per_mille(self.x, self.y)

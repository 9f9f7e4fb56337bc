"""What the agent wrote down in a call, one row per finished call."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import Store, StoreOwnedQuerySet
from apps.calls.models import Call
from apps.workorders.models import WorkOrder

UNKNOWN_MILEAGE_EXPORT = 11
"""What the maker's old format expects where the mileage is unknown. We store NULL."""


class PostRepair(models.Model):
    """The post-repair callback (维修后回访): did the repair hold, and is the customer content?"""

    class Solved(models.TextChoices):
        YES = "yes", _("Yes, solved")
        PARTLY = "partly", _("Partly")
        NO = "no", _("No, still there")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    call = models.OneToOneField(Call, models.PROTECT, related_name="+")
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    solved = models.CharField(_("Problem solved?"), max_length=8, choices=Solved.choices)
    satisfaction = models.PositiveSmallIntegerField(
        _("Satisfaction, 1 to 10"), validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    suggestions = models.TextField(_("Suggestions"), blank=True, max_length=2000)

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(satisfaction__range=(1, 10)), name="satisfaction_1_to_10")
        ]

    def __str__(self) -> str:
        return str(self.call)

    @property
    def is_negative(self) -> bool:
        """Something to complain about: not solved, or a satisfaction of 6 or less."""
        return self.solved != self.Solved.YES or self.satisfaction <= 6


class FollowUp(models.Model):
    """The usage follow-up fifteen days after a new car's delivery (N+15)."""

    class Outcome(models.TextChoices):
        GOOD = "good", _("All well")
        ADVISED = "advised", _("Questions answered")
        DEFECT = "defect", _("Defect")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    call = models.OneToOneField(Call, models.PROTECT, related_name="+")
    odometer_km = models.PositiveIntegerField(
        _("Mileage, km"),
        null=True,
        blank=True,
        help_text=_("Leave empty when the customer does not know it."),
    )
    condition = models.TextField(_("How the car is doing"), max_length=2000)
    questions = models.TextField(_("Questions"), blank=True, max_length=2000)
    advice = models.TextField(_("Advice given"), blank=True, max_length=2000)
    outcome = models.CharField(_("Outcome"), max_length=8, choices=Outcome.choices)

    objects = StoreOwnedQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.call)


class NewCarTalk(models.Model):
    """What the owner of a new car said, of level 1 (一级回访, sales) or level 2 (二级回访, service).

    An unknown mileage is ``odometer_km`` None with ``mileage_unknown``; level 1 does not ask for it.
    """

    class Content(models.TextChoices):
        GOOD = "good", pgettext_lazy("opinion", "Content")
        FAIR = "fair", pgettext_lazy("opinion", "Fair")
        POOR = "poor", pgettext_lazy("opinion", "Not content")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    call = models.OneToOneField(Call, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(_("level"))
    odometer_km = models.PositiveIntegerField(_("Mileage, km"), null=True, blank=True)
    mileage_unknown = models.BooleanField(_("The customer does not know it"), default=False)
    condition = models.TextField(_("How the car is doing"), max_length=2000)
    sale = models.CharField(_("Purchase and handover"), max_length=8, choices=Content.choices, blank=True)
    serviced = models.BooleanField(_("Serviced yet?"), null=True)
    station = models.CharField(_("Opinion of our station"), max_length=8, choices=Content.choices, blank=True)
    product = models.CharField(_("Opinion of the car"), max_length=8, choices=Content.choices, blank=True)
    note_to_next = models.TextField(_("Note to the next level"), blank=True, max_length=1000)
    remarks = models.TextField(_("Remarks"), blank=True, max_length=1000)

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(level__in=(1, 2)), name="new_car_talk_of_level_1_or_2"),
            models.CheckConstraint(
                condition=Q(odometer_km=None) | Q(mileage_unknown=False), name="mileage_known_or_not"
            ),
            models.CheckConstraint(
                condition=Q(level=1)
                | (
                    (Q(odometer_km__isnull=False) | Q(mileage_unknown=True))
                    & Q(serviced__isnull=False)
                    & ~Q(product="")
                ),
                name="level_2_has_its_answers",
            ),
            models.CheckConstraint(
                condition=Q(station="") | Q(serviced=True), name="station_judged_by_who_was_there"
            ),
            models.CheckConstraint(condition=Q(level=2) | ~Q(sale=""), name="level_1_has_its_answer"),
        ]

    def __str__(self) -> str:
        return str(self.call)

    @property
    def is_negative(self) -> bool:
        """Somebody is not content with something."""
        return self.Content.POOR in (self.sale, self.station, self.product)


class NoShowTalk(models.Model):
    """Why somebody did not come to his appointment."""

    class Reason(models.TextChoices):
        FORGOT = "forgot", _("Forgot")
        NO_TIME = "no_time", _("No time")
        ELSEWHERE = "elsewhere", _("Went elsewhere")
        PRICE = "price", _("Too expensive")
        NOT_NEEDED = "not_needed", _("No longer needed")
        OUR_FAULT = "our_fault", _("Our fault: no reminder, wrong time")
        OTHER = "other", pgettext_lazy("reason", "Other")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    call = models.OneToOneField(Call, models.PROTECT, related_name="+")
    reason = models.CharField(_("Why nobody came"), max_length=10, choices=Reason.choices)

    objects = StoreOwnedQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.call)

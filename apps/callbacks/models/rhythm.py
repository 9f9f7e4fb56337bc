"""What follows from the answers: texts in categories, improvements with a recheck, the morning's digest."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import DealerGroup, Store, StoreOwnedQuerySet, User
from apps.callbacks.models.questionnaire import Question, Questionnaire, in_language
from apps.callbacks.models.response import Answer


class CategoryQuerySet(models.QuerySet):
    """Sets of categories."""

    def visible_to(self, user: User) -> Self:
        """Those of the user's group."""
        return self.filter(group_id=user.group_id)


class Category(models.Model):
    """What a text is about, as the house counts it."""

    group = models.ForeignKey(DealerGroup, models.PROTECT, related_name="+")
    name_zh = models.CharField(_("Chinese"), max_length=20)
    name_en = models.CharField(_("English"), max_length=40)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["group", "name_zh"], name="category_once")]

    def __str__(self) -> str:
        return in_language(self.name_zh, self.name_en)


class TextCoding(models.Model):
    """One text in one category; a text may be in several."""

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="codings")
    category = models.ForeignKey(Category, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["answer", "category"], name="coded_once")]

    def __str__(self) -> str:
        return f"{self.answer_id}: {self.category}"


class Improvement(models.Model):
    """A weak person or item, what is done about it until when, and whether it helped.

    ``person`` as the tallies name him, or ``question``; exactly one of the two. ``before`` and ``after`` are
    points from 0 to 100.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("an improvement", "No measure yet")
        RUNNING = "running", pgettext_lazy("an improvement", "Under way")
        HELPED = "helped", pgettext_lazy("an improvement", "It helped")
        FAILED = "failed", pgettext_lazy("an improvement", "It did not help")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="+")
    person = models.CharField(max_length=80, blank=True)
    question = models.ForeignKey(Question, models.PROTECT, null=True, related_name="+")
    label = models.CharField(max_length=200)
    before = models.DecimalField(max_digits=5, decimal_places=1)
    n_before = models.PositiveIntegerField()
    target = models.DecimalField(max_digits=5, decimal_places=1)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    opened_on = models.DateField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("owner")
    )
    measure = models.TextField(_("measure"), blank=True, max_length=1000)
    due_on = models.DateField(_("done by"), null=True)
    recheck_on = models.DateField(_("recheck on"), null=True)
    after = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    n_after = models.PositiveIntegerField(null=True)
    conclusion = models.CharField(_("conclusion"), max_length=300, blank=True)

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(~Q(person="") & Q(question=None)) | (Q(person="") & Q(question__isnull=False)),
                name="improvement_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["store", "questionnaire", "person", "question"],
                condition=Q(state__in=["open", "running"]),
                name="one_open_improvement",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(state="open")
                | Q(owner__isnull=False, due_on__isnull=False, recheck_on__isnull=False) & ~Q(measure=""),
                name="running_improvement_says_what",
            ),
        ]
        indexes = [models.Index(fields=["store", "-id"], name="improvement_list")]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("callbacks:improvement", args=[self.pk])


class Digest(models.Model):
    """What the station head reads in the morning: the figures as they stood when it was made."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    day = models.DateField()
    content = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    flagged_at = models.DateTimeField(null=True)

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "day"], name="one_digest_a_day")]

    def __str__(self) -> str:
        return f"{self.store} {self.day}"

"""Groups, stores and the outlets under them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from apps.accounts.models.user import User


class DealerGroup(models.Model):
    """The group (集团) that runs this deployment. Customers and vehicles belong to it."""

    name = models.CharField(_("name"), max_length=100, unique=True)

    def __str__(self) -> str:
        return self.name


class StoreQuerySet(models.QuerySet):
    """Sets of stores."""

    def visible_to(self, user: User) -> Self:
        """The user's store with its outlets; for group roles every store of the group."""
        return self.filter(pk__in=user.visible_store_ids)


class Store(models.Model):
    """A store (门店), or an outlet (二级网点) under one. Orders, money and capacity are a store's."""

    group = models.ForeignKey(DealerGroup, models.PROTECT, related_name="stores", verbose_name=_("group"))
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="outlets",
        verbose_name=_("store above"),
    )
    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=100)
    address = models.CharField(_("address"), max_length=200, blank=True)
    hotline = models.CharField(_("24 h hotline"), max_length=30, blank=True)
    city_plate_prefix = models.CharField(_("usual plate prefix"), max_length=2, blank=True)

    objects = StoreQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")),
                name="store_not_its_own_outlet",
            )
        ]

    def __str__(self) -> str:
        return self.name


class StoreOwnedQuerySet(models.QuerySet):
    """Base of every store-owned set: what a user may see starts here."""

    def visible_to(self, user: User) -> Self:
        """Rows of the stores that ``user`` may see. No extra query after the first."""
        return self.filter(store_id__in=user.visible_store_ids)

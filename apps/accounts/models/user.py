"""People who log in."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Self

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts import permissions
from apps.accounts.models.store import DealerGroup, Store
from apps.accounts.roles import GROUP_WIDE, Role


class UserQuerySet(models.QuerySet):
    """Sets of users."""

    def visible_to(self, user: User) -> Self:
        """People of the stores that ``user`` may see, and the group's own people for group roles."""
        return self.filter(Q(store_id__in=user.visible_store_ids) | Q(pk=user.pk))

    def active(self) -> Self:
        """People who work here now."""
        return self.filter(is_active=True)

    def with_role(self, *roles: Role) -> Self:
        """Active people in any of ``roles``."""
        return self.active().filter(role__in=roles)


_Manager = BaseUserManager.from_queryset(UserQuerySet)


class UserManager(_Manager):  # type: ignore[valid-type, misc]  # made at run time
    """Makes users with a hashed password."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Create a user; without a password the account cannot log in until one is set."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str) -> User:
        return self.get(username__iexact=username)


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """A person with one role in one store (group roles have no store)."""

    Role = Role

    username = models.CharField(_("login name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=60)
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    group = models.ForeignKey(DealerGroup, models.PROTECT, related_name="+", verbose_name=_("group"))
    store = models.ForeignKey(
        Store,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("store"),
    )
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    is_active = models.BooleanField(_("works here"), default=True)
    is_shared = models.BooleanField(_("shared account"), default=False)
    must_change_password = models.BooleanField(_("must change the password"), default=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(store__isnull=False) | Q(role__in=[*GROUP_WIDE, Role.ADMINISTRATOR]),
                name="user_has_a_store_unless_group_wide",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def is_staff(self) -> bool:
        """Administrators see the component sheet and the operator pages."""
        return self.role == Role.ADMINISTRATOR

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Whether the role holds ``perm``. Objects are guarded by ``visible_to``, not here."""
        return self.is_active and self.role in permissions.roles_for(perm)

    @cached_property
    def visible_store_ids(self) -> list[int]:
        """Ids of the stores whose rows this person may see. One query per request."""
        stores = Store.objects.filter(group_id=self.group_id)
        if self.role not in GROUP_WIDE and self.store_id is not None:
            stores = stores.filter(Q(pk=self.store_id) | Q(parent_id=self.store_id))
        elif self.role not in (*GROUP_WIDE, Role.ADMINISTRATOR):
            return []
        return list(stores.values_list("pk", flat=True))

    def lock(self) -> None:
        """Reload under a row lock."""
        self.refresh_from_db(from_queryset=User.objects.select_for_update(no_key=True))

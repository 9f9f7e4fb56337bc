"""Logging in by name and password; permissions come from the role."""

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password

from apps.accounts.models import User


class RoleBackend(BaseBackend):
    """Finds an active user by login name, whatever its case."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        if not username or password is None:
            return None
        user = User.objects.filter(username__iexact=username).first()
        if user is None:
            make_password(password)  # as slow as a wrong password: names cannot be probed by time
            return None
        return user if user.is_active and user.check_password(password) else None

    def get_user(self, user_id):
        return User.objects.select_related("store").filter(pk=user_id, is_active=True).first()

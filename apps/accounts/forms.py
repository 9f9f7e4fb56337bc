"""Forms for people and the first start."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import DealerGroup, Store, User
from apps.accounts.roles import Role
from apps.core.forms import VersionedFormMixin
from apps.core.registry import registry


class PersonForm(VersionedFormMixin):
    """Create or change a person. A new one gets a first password that must be changed."""

    first_password = forms.CharField(
        label=_("First password"),
        required=False,
        help_text=_("At least 10 characters. It must be changed at the first login."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True),
    )

    class Meta:
        model = User
        fields = [
            "name",
            "username",
            "role",
            "store",
            "email",
            "phone",
            "is_shared",
            "is_active",
        ]
        labels = {"name": _("Name")}

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        cast(forms.ModelChoiceField, self.fields["store"]).queryset = Store.objects.visible_to(by)
        if self.instance.pk:
            self.fields["first_password"].label = _("New first password")

    def clean_username(self) -> str:
        username = self.cleaned_data["username"].strip()
        if User.objects.filter(username__iexact=username).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("The login name “%(name)s” is taken.") % {"name": username})
        return username

    def clean_first_password(self) -> str:
        password = self.cleaned_data["first_password"]
        if password:
            validate_password(password, self.instance)
        elif not self.instance.pk:
            raise forms.ValidationError(_("Give a first password."))
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("role") not in (
            Role.GROUP_MANAGER,
            Role.ADMINISTRATOR,
        ) and not cleaned.get("store"):
            self.add_error("store", _("Choose the store this person works in."))
        if self.instance.pk == self.by.pk and not (
            cleaned.get("is_active") and cleaned.get("role") == Role.ADMINISTRATOR
        ):
            self.add_error("role", _("You cannot take your own administrator rights away."))
        return cleaned

    def save(self, commit: bool = True) -> User:
        self.instance.group_id = self.by.group_id
        if self.cleaned_data["first_password"]:
            self.instance.set_password(self.cleaned_data["first_password"])
            self.instance.must_change_password = True
        return super().save(commit)


class FirstRunForm(forms.Form):
    """The first page of an empty house: group, store and administrator."""

    group_name = forms.CharField(label=_("Group"), max_length=100)
    store_name = forms.CharField(label=_("Store"), max_length=100)
    store_code = forms.SlugField(
        label=_("Store code"), max_length=20, help_text=_("Short, for example HZ01.")
    )
    hotline = forms.CharField(label=_("24 h hotline"), max_length=30, required=False)
    name = forms.CharField(label=_("Your name"), max_length=60)
    username = forms.CharField(label=_("Login name"), max_length=60)
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    starter = forms.BooleanField(
        label=_("Begin with the starter catalogue"),
        help_text=_("Brands and models, labour operations, parts and packages; all of it can be changed."),
        required=False,
        initial=True,
    )

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password)
        return password

    @transaction.atomic
    def save(self) -> User:
        """Make the group, its first store and the administrator, and furnish the house."""
        data = self.cleaned_data
        group = DealerGroup.objects.create(name=data["group_name"])
        store = Store.objects.create(
            group=group,
            code=data["store_code"],
            name=data["store_name"],
            hotline=data["hotline"],
        )
        for furnishing in registry.furnishings:
            if data["starter"] or not furnishing.optional:
                furnishing.lay(store)
        return User.objects.create_user(
            data["username"],
            data["password"],
            name=data["name"],
            role=Role.ADMINISTRATOR,
            group=group,
            store=store,
        )


class ResetForm(PasswordResetForm):
    """Asks for the e-mail address; the answer is the same whether it is known or not."""

    def get_users(self, email: str) -> Any:
        return User.objects.active().filter(email__iexact=email)

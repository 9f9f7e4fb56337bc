"""Logging in and out, changing and resetting passwords."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from apps.accounts.access import public, require_login
from apps.accounts.forms import ResetForm
from apps.accounts.models import User


class LoginView(auth.LoginView):
    """GET, POST /login/. A house without people sends its first visitor to the first-run page."""

    template_name = "registration/login.html"
    redirect_authenticated_user = True
    authentication_form = AuthenticationForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not User.objects.exists():
            return redirect("accounts:first_run")
        return super().get(request, *args, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class PasswordChangeView(auth.PasswordChangeView):
    """GET, POST /password/: also where a first password is changed."""

    template_name = "registration/password_change_form.html"
    form_class = PasswordChangeForm
    success_url = reverse_lazy("desk:my_work")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        form.user.must_change_password = False
        response = super().form_valid(form)
        messages.success(self.request, _("Your password is changed."))
        return response


login = public(LoginView.as_view())
logout = require_login(auth.LogoutView.as_view())
password_change = require_login(PasswordChangeView.as_view())
password_reset = public(
    auth.PasswordResetView.as_view(
        form_class=ResetForm,
        template_name="registration/password_reset_form.html",
        email_template_name="registration/password_reset_email.txt",
        subject_template_name="registration/password_reset_subject.txt",
        success_url=reverse_lazy("accounts:password_reset_done"),
    )
)
password_reset_done = public(
    auth.PasswordResetDoneView.as_view(template_name="registration/password_reset_done.html")
)
password_reset_confirm = public(
    auth.PasswordResetConfirmView.as_view(
        template_name="registration/password_reset_confirm.html",
        success_url=reverse_lazy("accounts:password_reset_complete"),
    )
)
password_reset_complete = public(
    auth.PasswordResetCompleteView.as_view(template_name="registration/password_reset_complete.html")
)

"""Tokens, with which programs act in a person's name."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from rest_framework.authtoken.models import Token

from apps.accounts.access import require_perm
from apps.accounts.models import User


@require_POST
@require_perm("accounts.manage_people")
@never_cache
@transaction.atomic
def token_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /people/<id>/token/ → the new token, shown this once; the one before it is dead."""
    person = get_object_or_404(User.objects.visible_to(request.user).active(), pk=pk)
    person.lock()
    Token.objects.filter(user=person).delete()
    return render(
        request, "accounts/token.html", {"person": person, "token": Token.objects.create(user=person)}
    )


@require_POST
@require_perm("accounts.manage_people")
def token_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /people/<id>/token/removal/ → the person's page; programs are refused from now on."""
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    if Token.objects.filter(user=person).delete()[0]:
        messages.success(request, _("The token of %(name)s is withdrawn.") % {"name": person.name})
    return redirect("accounts:person_update", pk=person.pk)

"""The operator page: who works here."""

from django.contrib import messages
from django.contrib.auth import login
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from rest_framework.authtoken.models import Token

from apps.accounts.access import public, require_perm
from apps.accounts.forms import FirstRunForm, PersonForm
from apps.accounts.models import User

FIRST_RUN_LOCK = 7_001


@require_GET
@require_perm("accounts.manage_people")
def people(request: HttpRequest) -> HttpResponse:
    """GET /people/ → everybody of the administrator's stores."""
    rows = (
        User.objects.visible_to(request.user).select_related("store").order_by("-is_active", "store", "name")
    )
    return render(request, "accounts/people.html", {"people": rows})


@require_http_methods(["GET", "POST"])
@require_perm("accounts.manage_people")
def person_create(request: HttpRequest) -> HttpResponse:
    """GET, POST /people/new/."""
    return _edit(request, User(group_id=request.user.group_id, store=request.user.store))


@require_http_methods(["GET", "POST"])
@require_perm("accounts.manage_people")
@transaction.atomic
def person_update(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /people/<id>/. A stale form shows both values and keeps what was typed."""
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        person.lock()
    return _edit(request, person)


def _edit(request: HttpRequest, person: User) -> HttpResponse:
    form = PersonForm(request.POST or None, instance=person, by=request.user)
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        messages.success(request, _("%(name)s is saved.") % {"name": saved.name})
        return redirect("accounts:people")
    status = 422 if request.method == "POST" else 200
    return render(
        request,
        "accounts/person_form.html",
        {"form": form, "person": person, "token": Token.objects.filter(user_id=person.pk).first()},
        status=status,
    )


@public
@require_http_methods(["GET", "POST"])
@transaction.atomic
def first_run(request: HttpRequest) -> HttpResponse:
    """GET, POST /first-run/: only while nobody exists; of two at once one succeeds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FIRST_RUN_LOCK])
    if User.objects.exists():
        raise Http404
    form = FirstRunForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.save(), backend="apps.accounts.backends.RoleBackend")
        return redirect("desk:my_work")
    status = 422 if request.method == "POST" else 200
    return render(request, "registration/first_run.html", {"form": form}, status=status)

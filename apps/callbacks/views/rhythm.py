"""What follows from the answers: texts in categories, improvements, the morning's digest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import require_perm
from apps.callbacks import coding, digest, improving
from apps.callbacks.models import Answer, Category, Digest, Improvement, Question, Response
from apps.callbacks.rhythm_forms import ConcludeForm, PlanForm
from apps.callbacks.views.csi import period_of
from apps.core import clock, keyset
from apps.core.errors import DomainError
from apps.desk.once import once


@require_GET
@require_perm("callbacks.see_csi")
def text_list(request: HttpRequest) -> HttpResponse:
    """GET /csi/texts/?start=&end=&all=1 → what customers wrote, not yet coded or all, and each category's
    share.
    """
    form, start, end = period_of(request)
    since, until = clock.at(start, 0), clock.at(end + timedelta(days=1), 0)
    everything = request.GET.get("all") == "1"
    rows = coding.texts(request.user, since, until, only_open=not everything)
    total, coded, shares = coding.shares(request.user, since, until)
    context = {
        "form": form,
        "page": keyset.page(rows, request.GET, order=("-pk",)),
        "everything": everything,
        "total": total,
        "coded": coded,
        "shares": [(c, n, round(100 * n / coded) if coded else 0) for c, n in shares],
        "categories": list(Category.objects.visible_to(request.user)),
        "may_code": request.user.has_perm("callbacks.code_texts"),
    }
    return render(request, "callbacks/texts.html", context)


@require_POST
@require_perm("callbacks.code_texts")
@once
def text_code(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /csi/texts/7/ ``category=1&category=2`` → its categories; back to where one was."""
    mine = Answer.objects.filter(
        question__kind=Question.Kind.TEXT, response__in=Response.objects.visible_to(request.user)
    )
    answer = get_object_or_404(mine.select_related("response"), pk=pk)
    wanted = [pk for pk in request.POST.getlist("category") if pk.isdecimal() and len(pk) < 18]
    coding.code(
        answer, list(Category.objects.visible_to(request.user).filter(pk__in=wanted)), by=request.user
    )
    back = request.POST.get("back", "")
    query = f"?{back}" if back and "\n" not in back and not back.startswith("/") else ""
    return redirect(reverse("callbacks:texts") + query)


@require_GET
@require_perm("callbacks.see_csi")
def improvement_list(request: HttpRequest) -> HttpResponse:
    """GET /csi/improvements/?all=1 → what is open or under way, or all, latest first."""
    rows = Improvement.objects.visible_to(request.user).select_related("owner", "store", "question")
    everything = request.GET.get("all") == "1"
    if not everything:
        rows = rows.filter(state__in=[Improvement.State.OPEN, Improvement.State.RUNNING])
    context = {"page": keyset.page(rows, request.GET, order=("-pk",)), "everything": everything}
    return render(request, "callbacks/improvements.html", context)


@require_http_methods(["GET", "POST"])
@require_perm("callbacks.see_csi")
@once
def improvement(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /csi/improvements/7/ → figures before and now.

    ``plan`` keeps a measure, ``conclude`` the verdict.
    """
    rows = Improvement.objects.visible_to(request.user).select_related(
        "questionnaire", "question", "owner", "store"
    )
    row = get_object_or_404(rows, pk=pk)
    plan = PlanForm(request.POST if "plan" in request.POST else None, instance=row)
    end = ConcludeForm(request.POST if "conclude" in request.POST else None)
    form = end if end.is_bound else plan
    if request.method == "POST" and form.is_valid():
        try:
            if end.is_bound:
                improving.conclude(row, **end.cleaned_data, by=request.user)
            else:
                improving.plan(row, plan.cleaned_data, by=request.user)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("Kept."))
            return redirect("callbacks:improvement", pk=pk)
    context: dict[str, Any] = {"row": get_object_or_404(rows, pk=pk), "plan": plan, "end": end}
    context["now"] = improving.now_at(context["row"])
    return render(request, "callbacks/improvement.html", context, status=422 if form.errors else 200)


@require_GET
@require_perm("callbacks.see_csi")
def digest_detail(request: HttpRequest) -> HttpResponse:
    """GET /csi/digest/ → the latest digest of one's store; the station head's look is kept as read."""
    rows = Digest.objects.visible_to(request.user).select_related("store", "read_by")
    if request.user.store_id is not None:
        rows = rows.filter(store=request.user.store_id)
    latest = rows.order_by("-day", "-pk").first()
    if latest is not None:
        digest.read(latest, request.user)
    return render(request, "callbacks/digest.html", {"digest": latest})

"""What the store says in each kind of message, tried on real data before it is kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import require_perm
from apps.accounts.models import Store
from apps.core.errors import DomainError
from apps.core.registry import MessageKind, registry
from apps.core.words import fill
from apps.desk.once import once
from apps.messaging import trial, words
from apps.messaging.forms import ApprovalForm, WordsForm
from apps.messaging.models import Gateway, MessageTemplate, TemplateApproval

STORY = 10


def own_store(request: HttpRequest) -> Store:
    """The store whose messages these are; who belongs to none has none."""
    if request.user.store is None:
        raise Http404
    return request.user.store


def _kind(name: str) -> MessageKind:
    if name not in registry.messages:
        raise Http404
    return registry.messages[name]


def _entry(kind: str) -> str:
    return f"{reverse('messaging:words_edit')}?{urlencode({'kind': kind})}"


def _strict(store: Store) -> list[Gateway]:
    """Accounts in use that send approved words only."""
    return [g for g in Gateway.objects.live().filter(store=store).order_by("channel") if g.kind.needs_code]


@require_GET
@require_perm("messaging.write")
def words_list(request: HttpRequest) -> HttpResponse:
    """GET /outbox/words/ → every kind of message with its words and what providers lack. Four queries."""
    store = own_store(request)
    latest = MessageTemplate.objects.filter(store=store).order_by("kind", "-version").distinct("kind")
    templates = {t.kind: t for t in latest}
    strict = _strict(store)
    approved = set(
        TemplateApproval.objects.filter(gateway__in=strict).values_list("gateway_id", "template_id")
    )
    rows = []
    for name, kind in registry.messages.items():
        template = templates.get(name)
        lacking = [g for g in strict if template is None or (g.pk, template.pk) not in approved]
        text = template.text if template else words.standard(store, kind)
        text = fill(text, {variable: f"[{words.VARIABLES[variable]}]" for variable in kind.variables})
        rows.append({"name": name, "kind": kind, "text": text, "template": template, "lacking": lacking})
    context = {"rows": sorted(rows, key=lambda row: row["name"] == trial.TEST), "strict": strict}
    return render(request, "messaging/words.html", context)


@require_http_methods(["GET", "POST"])
@require_perm("messaging.write")
@once
def words_update(request: HttpRequest) -> HttpResponse:
    """GET, POST /outbox/words/entry/?kind= ``text`` → a new version."""
    store, known = own_store(request), _kind(request.GET.get("kind", ""))
    kind = known.kind
    form = WordsForm(request.POST or None, kind=known, initial={"text": words.current(store, kind)})
    if request.method == "POST" and form.is_valid():
        MessageTemplate.keep(store, kind, form.cleaned_data["text"], by=request.user)
        messages.success(request, _("The new words are kept."))
        return redirect(_entry(kind))
    return _page(request, store, known, form)


def _page(
    request: HttpRequest,
    store: Store,
    kind: MessageKind,
    form: WordsForm,
    *,
    approval: ApprovalForm | None = None,
) -> HttpResponse:
    versions = list(MessageTemplate.objects.of(store.pk, kind.kind).select_related("made_by")[:STORY])
    kept = {a.gateway_id: a for a in TemplateApproval.objects.filter(template__in=versions[:1])}
    shown = versions[0].version if versions else 0
    approvals = [
        approval
        if approval is not None and approval.gateway == gateway
        else ApprovalForm(kind=kind, gateway=gateway, approval=kept.get(gateway.pk), shown=shown)
        for gateway in _strict(store)
    ]
    text = form["text"].value() or ""
    context = {
        "kind": kind,
        "form": form,
        "versions": versions,
        "approvals": approvals,
        "standard": words.standard(store, kind),
        "variables": [(name, words.VARIABLES[name]) for name in kind.variables],
        **_preview(store, kind, text),
    }
    refused = form.errors if form.is_bound else approval.errors if approval else {}
    return render(request, "messaging/words_edit.html", context, status=422 if refused else 200)


def _preview(store: Store, kind: MessageKind, text: str) -> dict[str, Any]:
    facts, real = words.example(store, kind)
    told = fill(" ".join(text.split()), facts)
    return {
        "told": told,
        "real": real,
        "count": len(told),
        "parts": words.parts(told),
        "problems": words.problems(kind, text),
    }


@require_POST
@require_perm("messaging.write")
def preview(request: HttpRequest) -> HttpResponse:
    """POST /outbox/words/preview/?kind= ``text`` → as the customer would read it; nothing is kept."""
    store = own_store(request)
    context = _preview(store, _kind(request.GET.get("kind", "")), request.POST.get("text", "")[:1000])
    return render(request, "messaging/_preview.html", context)


@require_POST
@require_perm("messaging.write")
@once
def approval_update(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """POST /outbox/words/<kind>/approvals/<account>/ → the provider's code for the words in force."""
    store, known = own_store(request), _kind(kind)
    gateway = get_object_or_404(Gateway.objects.filter(store=store), pk=pk)
    form = ApprovalForm(request.POST, kind=known, gateway=gateway)
    words_form = WordsForm(kind=known, initial={"text": words.current(store, kind)})
    if not form.is_valid():
        return _page(request, store, known, words_form, approval=form)
    told = form.cleaned_data
    try:
        MessageTemplate.approve_current(
            gateway,
            kind,
            told["code"],
            shown=told["shown"],
            standard=words.standard(store, known),
            fields=told.get("fields_", {}),
            by=request.user,
        )
    except DomainError as error:
        form.add_error("code", error.message)
        last = MessageTemplate.objects.of(store.pk, kind).first()
        form.look_again(last.version if last else 0)
        return _page(request, store, known, words_form, approval=form)
    messages.success(request, _("The approval code is kept."))
    return redirect(_entry(kind))

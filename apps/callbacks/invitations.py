"""Private addresses at which a customer answers a survey: one token, one answer, one visit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from apps.accounts.models import Store, User
from apps.callbacks import surveys
from apps.callbacks.models import Invitation, Questionnaire, Response
from apps.core import clock
from apps.core.errors import DomainError
from apps.core.registry import MessageKind
from apps.desk.models import Event, Link
from apps.handover.models import Handover
from apps.messaging import quiet
from apps.messaging.models import Message
from apps.workorders.models import WorkOrder

PURPOSE = "survey"
LINK_MESSAGE = "survey.link"
LIFE = timedelta(days=14)
MOST_TYPED = 100_000
"""Characters of a draft that are kept."""


@transaction.atomic
def invite(subject: WorkOrder | Handover, *, channel: str, by: User | None) -> tuple[Invitation, str]:
    """The invitation and a fresh private address; an earlier address no longer works, what was typed stays.

    Raises DomainError: ``answered_already``, ``no_survey``. An open invitation keeps its version.
    """
    if surveys.answer_about(subject) is not None:
        raise DomainError(_("The customer has answered already."), code="answered_already")
    store, now = subject.store, clock.now()
    asked = surveys.in_use(store.group_id, surveys.code_for(subject))
    if asked is None:
        raise DomainError(_("No survey is in use."), code="no_survey")
    rows = Invitation.objects.select_for_update(no_key=True, of=("self",)).select_related("link")
    row = rows.filter(questionnaire__code=asked.code, **surveys.about(subject)).first()
    if row is None:
        row = Invitation(questionnaire=asked, made_at=now, made_by=by, store=store, **surveys.about(subject))
    elif row.link_id is not None:
        Link.objects.filter(pk=row.link_id).update(withdrawn_at=now)
    row.channel, row.expires_at, row.link = channel, now + LIFE, None
    row.save()
    row.link, url = Link.objects.issue(PURPOSE, about=row, store=store, expires_at=row.expires_at, by=by)
    row.save(update_fields=["link"])
    facts = {"channel": channel, "version": row.questionnaire.version}
    Event.record("survey.invited", about=row, by=by, thread=subject.event_thread, facts=facts)
    return row, url


def send(subject: WorkOrder | Handover, *, by: User | None) -> Invitation:
    """Invite by message, outside quiet hours. Raises what ``invite`` raises."""
    row, url = invite(subject, channel=Response.Channel.LINK, by=by)
    now = clock.now()
    Message.plan(
        LINK_MESSAGE,
        about=row,
        key=f"{LINK_MESSAGE}:{row.pk}",
        phone=subject.customer.phone,
        at=quiet.permitted(now, now=now, before=row.expires_at) or now,
        useless_after=row.expires_at,
        params={
            "url": url,
            "store": row.store.name,
            "plate": subject.vehicle.plate or subject.vehicle.model_name,
            "hotline": row.store.hotline,
            "name": subject.customer.name,
        },
    )
    return row


@transaction.atomic
def keep_draft(invitation: Invitation, typed: Mapping[str, str]) -> bool:
    """Keep what was typed so far, by question code. False once it has been answered."""
    row = Invitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    if row.response_id is not None:
        return False
    codes = set(row.questionnaire.questions.values_list("code", flat=True))
    row.draft = {**row.draft, **{code: text[:MOST_TYPED] for code, text in typed.items() if code in codes}}
    row.drafted_at = clock.now()
    row.save(update_fields=["draft", "drafted_at"])
    return True


@transaction.atomic
def answer(invitation: Invitation, answers: Mapping[str, Any]) -> Response | None:
    """Record the answers, once. None when the visit has been answered meanwhile, here or by telephone."""
    rows = Invitation.objects.select_for_update(no_key=True, of=("self",)).select_related("questionnaire")
    row = rows.get(pk=invitation.pk)
    if row.response_id is not None:
        return None
    row.response = surveys.record_once(
        row.questionnaire, row.subject, answers, channel=row.channel, call=None, by=None
    )
    row.draft = {}
    row.save(update_fields=["response", "draft"])
    return row.response


def _decide(message: Message) -> str:
    row = Invitation.objects.select_related("link").filter(pk=message.object_id or 0).first()
    if row is None or row.link is None or row.link.withdrawn_at is not None:
        return gettext_noop("The link has been withdrawn")
    return gettext_noop("The customer has answered already") if surveys.answer_about(row.subject) else ""


def _words(_store: Store) -> str:
    return _(
        "[%(store)s] %(plate)s: how were we? Two minutes of yours, at any time, help us do better: %(url)s"
    )


def _facts(message: Message) -> dict[str, str]:
    told = message.params
    return {
        "store": told["store"],
        "name": told["name"],
        "plate": told["plate"],
        "phone": told["hotline"],
        "url": told["url"],
    }


KIND = MessageKind(
    LINK_MESSAGE,
    gettext_lazy("Link to the survey"),
    _decide,
    _words,
    _facts,
    ("store", "name", "plate", "phone", "url"),
    needed=("url",),
)


def panel(subject: WorkOrder | Handover, user: User) -> dict[str, Any] | None:
    """What the page of a visit or handover shows of its survey; nothing before the car is handed back."""
    if not _is_given_back(subject):
        return None
    response = surveys.answer_about(subject)
    invitation = Invitation.objects.filter(**surveys.about(subject)).order_by("-pk").first()
    return {
        "subject": subject,
        "kind": "order" if isinstance(subject, WorkOrder) else "handover",
        "response": response,
        "invitation": invitation,
        "may_read": user.has_perm("callbacks.see_csi"),
        "is_asked": Questionnaire.objects.filter(
            group_id=subject.store.group_id, code=surveys.code_for(subject), state=Questionnaire.State.IN_USE
        ).exists(),
    }


def _is_given_back(subject: WorkOrder | Handover) -> bool:
    if isinstance(subject, WorkOrder):
        return subject.status in (WorkOrder.Status.READY, WorkOrder.Status.DELIVERED)
    return subject.status == Handover.Status.DELIVERED

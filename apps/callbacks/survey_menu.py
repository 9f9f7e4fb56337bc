"""What the surveys add to the frame."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from apps.accounts.models.setting import declare_setting
from apps.accounts.permissions import declare
from apps.accounts.roles import CALLERS, DESK, MANAGERS, Role
from apps.callbacks import coding, invitations, recovery, sampling, standards, surveys
from apps.callbacks.reading import TARGET
from apps.callbacks.views.survey import survey_public
from apps.core.registry import Furnishing, LinkKind, NavItem, Panel, registry
from apps.desk.models.event import EVENT_TITLES
from apps.desk.subscriptions import subscribe

OVERSEERS = (*MANAGERS, Role.RECEPTION_SUPERVISOR, Role.CUSTOMER_MANAGER, Role.GROUP_MANAGER)
TITLES = {
    "survey.answered": _("Survey answered"),
    "survey.coded": _("Text of a survey coded"),
    "improvement.opened": _("Improvement opened"),
    "improvement.planned": _("Measure of an improvement kept"),
    "improvement.concluded": _("Improvement concluded"),
    "survey.drawn": _("Sample drawn"),
    "survey.invited": _("Invited to the survey"),
    "questionnaire.drafted": _("New version of a questionnaire begun"),
    "questionnaire.edited": _("Draft of a questionnaire changed"),
    "questionnaire.put_in_use": _("Questionnaire put in use"),
}


def register() -> None:
    """Called by the menu."""
    declare("callbacks.see_csi", *OVERSEERS)
    declare("callbacks.edit_surveys", *MANAGERS, Role.CUSTOMER_MANAGER, Role.GROUP_MANAGER)
    declare("callbacks.code_texts", *OVERSEERS)
    declare("callbacks.see_own_csi", Role.SERVICE_ADVISOR)
    declare("callbacks.invite", *DESK, *CALLERS)
    declare_setting(TARGET, Decimal, Decimal(85), _("CSI target"), _("points"), high=100)
    declare_setting(
        standards.CSI_PER_ADVISOR, int, 10, _("Surveys of each advisor's customers a month"), low=1, high=500
    )
    declare_setting(recovery.LOW_SCORE, int, 5, _("Scores up to this open a recovery task"), low=1, high=10)
    EVENT_TITLES.update(TITLES)
    subscribe("callbacks.sample_replaced", "call.unreached", handler=sampling.unreached)
    subscribe("callbacks.sample_answered", surveys.ANSWERED, handler=sampling.answered)
    registry.add(
        NavItem(_("Satisfaction"), "callbacks:csi", "mood-check", "callbacks.see_csi", "manage", 620),
        NavItem(
            _("My satisfaction"), "callbacks:own_csi", "mood-check", "callbacks.see_own_csi", "manage", 621
        ),
        invitations.KIND,
        LinkKind(invitations.PURPOSE, survey_public),
        Panel("workorder", "callbacks/_survey_panel.html", invitations.panel, 90, "callbacks.invite"),
        Panel("handover", "callbacks/_survey_panel.html", invitations.panel, 90, "callbacks.invite"),
        Furnishing(lambda store: surveys.seed(store.group)),
        Furnishing(lambda store: coding.seed(store.group)),
    )

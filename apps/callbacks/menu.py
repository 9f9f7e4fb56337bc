"""What this room adds to the frame."""

from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.accounts.models.setting import declare_setting
from apps.accounts.permissions import declare
from apps.accounts.roles import CALLERS, DESK, MANAGERS, Role
from apps.callbacks import services, surveys
from apps.callbacks.forms import FollowUpForm, PostRepairForm, SurveyForm
from apps.calls.queues import CallQueue, declare_queue
from apps.core.registry import Furnishing, NavItem, registry
from apps.desk.models.event import EVENT_TITLES
from apps.desk.subscriptions import subscribe

TASKS = [gettext_noop("Defect on a new car: %(customer)s, %(vehicle)s")]

POST_REPAIR_SCRIPT = _(
    "Good day, this is %(agent)s of %(store)s. Am I speaking to %(customer)s?\n\n"
    "Your car %(vehicle)s was with us a few days ago. May I ask in two minutes whether everything is as it "
    "should be?\n\n"
    "Is the problem you came with solved? How content are you with us, from 1 to 10? What should we do "
    "better?\n\n"
    "Thank you. Should anything turn up, you reach us day and night at %(hotline)s."
)
N15_SCRIPT = _(
    "Good day, this is %(agent)s of %(store)s. Am I speaking to %(customer)s?\n\n"
    "You have had your new car %(vehicle)s for two weeks now. How is it doing? How many kilometres does it "
    "show?\n\n"
    "Is there anything about it that you would like explained? Please check the oil every month and the tyre "
    "pressure every two weeks.\n\n"
    "Thank you. You reach us day and night at %(hotline)s."
)


def _post_repair(call, user):
    questionnaire = surveys.in_use(user.group_id)
    return {
        "form": PostRepairForm(call=call),
        "survey": SurveyForm(questionnaire=questionnaire) if questionnaire else None,
    }


def _follow_up(call, user):
    return {"form": FollowUpForm(call=call)}


def register() -> None:
    """Called once, when Django is ready."""
    declare(
        "callbacks.see_csi", *MANAGERS, Role.RECEPTION_SUPERVISOR, Role.CUSTOMER_MANAGER, Role.GROUP_MANAGER
    )
    declare_setting(
        "callbacks.large_amount", Decimal, Decimal(5000), _("Large amount, called specially"), _("yuan")
    )
    declare_setting("callbacks.csi_target", Decimal, Decimal(85), _("CSI target"), _("points"), high=100)
    declare_queue(
        CallQueue(
            services.POST_REPAIR,
            _("Post-repair callback"),
            (*CALLERS, *DESK),
            POST_REPAIR_SCRIPT,
            order=20,
            form_template="callbacks/_post_repair_form.html",
            form_url=lambda call: reverse("callbacks:post_repair", args=[call.pk]),
            form_context=_post_repair,
        )
    )
    declare_queue(
        CallQueue(
            services.N15,
            _("N+15 follow-up"),
            (*CALLERS, *DESK),
            N15_SCRIPT,
            order=30,
            form_template="callbacks/_follow_up_form.html",
            form_url=lambda call: reverse("callbacks:follow_up", args=[call.pk]),
            form_context=_follow_up,
        )
    )
    subscribe("callbacks.post_repair", "workorder.delivered", handler=services.schedule_post_repair)
    EVENT_TITLES["survey.answered"] = _("Survey answered")
    registry.add(
        NavItem(_("CSI"), "callbacks:csi", "mood-check", "callbacks.see_csi", group="manage", order=620),
        Furnishing(lambda store: surveys.seed(store.group)),
    )

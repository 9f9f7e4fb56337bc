"""What this room adds to the frame."""

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.accounts.models.setting import declare_setting
from apps.accounts.permissions import declare
from apps.accounts.roles import CALLERS, DESK, MANAGERS, Role
from apps.callbacks import levels, no_shows, sampling, services, survey_menu, uploads, windows
from apps.callbacks.asking import survey_of
from apps.callbacks.forms import FollowUpForm, NewCarForm, NoShowForm, PostRepairForm, SampleForm
from apps.calls.queues import CallQueue, declare_queue
from apps.core import clock
from apps.core.registry import NavItem, registry
from apps.desk.models.event import EVENT_TITLES
from apps.desk.subscriptions import subscribe
from apps.handover.services import N15

TASKS = [gettext_noop("Defect on a new car: %(customer)s, %(vehicle)s"), levels.NOTE_TITLE]

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
    return {
        "form": PostRepairForm(call=call),
        "survey": survey_of(call, None),
        "special": services.special_reasons(services.order_of(call), on=call.previous_on or clock.today()),
    }


LEVEL_1_SCRIPT = _(
    "Good day, this is %(agent)s of %(store)s. Am I speaking to %(customer)s?\n\n"
    "You collected your new car %(vehicle)s with us a few days ago. Congratulations once more. May I ask in "
    "two minutes how it is doing?\n\n"
    "Were the purchase and the handover as you wished? Is there anything about the car that is still unclear?"
    "\n\n"
    "Thank you. In about a week our service calls you once more; you reach us day and night at %(hotline)s."
)
LEVEL_2_SCRIPT = _(
    "Good day, this is %(agent)s of the service of %(store)s. Am I speaking to %(customer)s?\n\n"
    "How is your car %(vehicle)s doing? How many kilometres does it show? Has it been in a workshop yet, and "
    "were you content there?\n\n"
    "Your next service is shown beside: I can tell you what it costs and keep a time for you.\n\n"
    "Thank you. You reach us day and night at %(hotline)s."
)
COMPLAINT_SCRIPT = _(
    "Good day, this is %(agent)s of %(store)s. Am I speaking to %(customer)s?\n\n"
    "A few days ago we settled what you were not content with about your car %(vehicle)s. Is it still "
    "settled as we agreed? Did we keep what we promised?\n\n"
    "Is there anything else that we should do better?\n\n"
    "Thank you. You reach us day and night at %(hotline)s."
)
SAMPLE_SCRIPT = _(
    "Good day, this is %(agent)s of %(store)s. Am I speaking to %(customer)s?\n\n"
    "Your car %(vehicle)s was with us lately, and you were drawn to tell us how it was. May I ask you a few "
    "questions? It takes three minutes.\n\n"
    "Thank you. You reach us day and night at %(hotline)s."
)
NO_SHOW_SCRIPT = _(
    "Good day, this is %(agent)s of %(store)s. Am I speaking to %(customer)s?\n\n"
    "We had kept a time for your car %(vehicle)s and did not see you. Nothing is lost: shall we find another "
    "one together, right now?\n\n"
    "Was there anything on our side that kept you from coming?\n\n"
    "Thank you. You reach us day and night at %(hotline)s."
)
WINDOWS = {
    windows.LEVEL_1: _("Level-1 callback, working days after collection"),
    windows.LEVEL_2: _("Level-2 callback, working days after level 1"),
    windows.POST_REPAIR: _("Post-repair callback, working days after delivery"),
    windows.COMPLAINT: _("Complaint follow-up, working days after it was closed"),
    windows.CSI_SAMPLE: _("Call of the CSI sample, working days after the draw"),
    windows.NO_SHOW: _("No-show call, working days after the appointment"),
    windows.SPECIAL: _("Special post-repair callback, working days after delivery"),
}


def _new_car(call, user):
    note = levels.note_of_level_1(call) if call.queue == levels.LEVEL_2 else ""
    offer = levels.offer(call, user) if call.queue == levels.LEVEL_2 else {}
    survey = survey_of(call, None) if call.queue == levels.LEVEL_1 else None
    return {"form": NewCarForm(call=call), "survey": survey, "note_of_level_1": note, "offer": offer}


def _formed(key: str, label: Any, script: Any, order: int, form: str, context: Any) -> CallQueue:
    """A queue with a form of its own: ``form`` names its template and its address."""
    return CallQueue(
        key,
        label,
        (*CALLERS, *DESK),
        script,
        order=order,
        form_template=f"callbacks/_{form}_form.html",
        form_url=lambda call: reverse(f"callbacks:{form}", args=[call.pk]),
        form_context=context,
    )


def _follow_up(call, user):
    return {"form": FollowUpForm(call=call)}


def _sample(call, user):
    return {"form": SampleForm(call=call), "survey": survey_of(call, None, is_whole=True)}


def _no_show(call, user):
    return {"form": NoShowForm(call=call), "book_url": no_shows.book_url(call, user)}


def _settings() -> None:
    declare_setting(
        "callbacks.large_amount", Decimal, Decimal(5000), _("Large amount, called specially"), _("yuan")
    )
    for key, label in WINDOWS.items():
        declare_setting(
            key,
            windows.cast,
            windows.DEFAULTS[key],
            label,
            read=windows.read,
            show=windows.show,
            hint=_("First and last day, for example 3-5."),
        )


def _queues() -> None:
    complaint = _("Complaint follow-up")
    declare_queue(CallQueue(services.COMPLAINT, complaint, (*CALLERS, *DESK), COMPLAINT_SCRIPT, order=18))
    for queue in (
        _formed(levels.LEVEL_1, _("Level-1 callback"), LEVEL_1_SCRIPT, 15, "new_car", _new_car),
        _formed(levels.LEVEL_2, _("Level-2 callback"), LEVEL_2_SCRIPT, 16, "new_car", _new_car),
        _formed(
            services.POST_REPAIR,
            _("Post-repair callback"),
            POST_REPAIR_SCRIPT,
            20,
            "post_repair",
            _post_repair,
        ),
        _formed(sampling.QUEUE, _("CSI sample"), SAMPLE_SCRIPT, 25, "sample", _sample),
        _formed(N15, _("N+15 follow-up"), N15_SCRIPT, 30, "follow_up", _follow_up),
        _formed(no_shows.NO_SHOW, _("No-show call"), NO_SHOW_SCRIPT, 40, "no_show", _no_show),
    ):
        declare_queue(queue)


def register() -> None:
    """Called once, when Django is ready."""
    overseers = (*MANAGERS, Role.RECEPTION_SUPERVISOR, Role.CUSTOMER_MANAGER, Role.GROUP_MANAGER)
    declare("callbacks.see_standards", *overseers, Role.CALLBACK_AGENT, Role.INFORMATION_CLERK)
    declare("callbacks.export", *MANAGERS, Role.CUSTOMER_MANAGER, Role.INFORMATION_CLERK)
    _settings()
    _queues()
    survey_menu.register()
    subscribe("callbacks.new_car", "handover.delivered", handler=levels.new_car_delivered)
    subscribe("callbacks.level_2", "call.done", "call.unreached", handler=levels.level_1_over)
    subscribe("callbacks.complaint", "complaint.opened", handler=services.complaint_opened)
    subscribe("callbacks.complaint_closed", "complaint.closed", handler=services.complaint_closed)
    subscribe("callbacks.calendar", "calendar.set", "calendar.withdrawn", handler=services.calendar_changed)
    subscribe("callbacks.no_show", "appointment.no_show", handler=no_shows.missed)
    subscribe("callbacks.booked_again", "appointment.booked", handler=no_shows.booked_again)
    subscribe("callbacks.came", "visit.arrived", handler=no_shows.came)
    subscribe("callbacks.post_repair", "workorder.delivered", handler=services.schedule_post_repair)
    EVENT_TITLES["callbacks.exported"] = _("Completed callbacks of %(month)s exported: %(calls)s")
    EVENT_TITLES["upload.repeated"] = _("Callback sent to the maker once more")
    registry.add(
        NavItem(
            _("Callback standards"),
            "callbacks:standards",
            "phone-check",
            "callbacks.see_standards",
            group="calls",
            order=510,
        ),
        uploads.KIND,
        NavItem(
            _("Upload to the maker"), "callbacks:uploads", "cloud-upload", "callbacks.export", "calls", 515
        ),
    )

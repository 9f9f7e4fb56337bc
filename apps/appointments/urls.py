from django.urls import path

from apps.appointments.views import appointments, booking, call_back, kept, moving, planner, waiting

app_name = "appointments"

urlpatterns = [
    path("appointments/", appointments.appointment_list, name="list"),
    path("appointments/day/", planner.appointment_day, name="day"),
    path("appointments/week/", planner.appointment_week, name="week"),
    path("appointments/new/", booking.appointment_create, name="create"),
    path("appointments/new/draft/", booking.draft_create, name="draft"),
    path("appointments/new/callers/", booking.caller_list, name="callers"),
    path("appointments/new/things/", booking.thing_list, name="things"),
    path("appointments/new/caller/", booking.caller_create, name="caller_create"),
    path("appointments/new/kept/", kept.kept_create, name="kept_create"),
    path("appointments/new/kept/<uuid:key>/discard/", kept.kept_discard, name="kept_discard"),
    path("appointments/new/call-back/", call_back.call_back_create, name="call_back"),
    path("appointments/new/waiting/", waiting.waiting_create, name="waiting_create"),
    path("appointments/waiting/", waiting.waiting_list, name="waiting"),
    path("appointments/waiting/<int:pk>/", waiting.waiting_detail, name="waiting_detail"),
    path("appointments/waiting/<int:pk>/offer/", waiting.offer_create, name="waiting_offer"),
    path("appointments/waiting/<int:pk>/acceptance/", waiting.acceptance_create, name="waiting_accept"),
    path("appointments/waiting/<int:pk>/refusal/", waiting.refusal_create, name="waiting_decline"),
    path("appointments/waiting/<int:pk>/withdrawal/", waiting.withdrawal_create, name="waiting_withdraw"),
    path("appointments/<int:pk>/", appointments.appointment_detail, name="detail"),
    path("appointments/<int:pk>/confirmation/", appointments.confirmation_create, name="confirm"),
    path("appointments/<int:pk>/cancellation/", appointments.cancellation_create, name="cancel"),
    path("appointments/<int:pk>/no-show/", appointments.no_show_create, name="no_show"),
    path("appointments/<int:pk>/reschedule/", moving.appointment_reschedule, name="reschedule"),
    path("appointments/<int:pk>/openings/", moving.opening_list, name="openings"),
    path("appointments/<int:pk>/proposal/", moving.proposal_detail, name="proposal"),
]

from django.urls import path

from apps.reception.views import arrivals, interviews, queue, slips, visits, walk_arounds

app_name = "reception"

urlpatterns = [
    path("reception/arrival/", arrivals.arrival, name="arrival"),
    path("reception/arrivals/", arrivals.arrive, name="arrive"),
    path("reception/queue/", queue.queue, name="queue"),
    path("reception/queue/fragment/", queue.queue_fragment, name="queue_fragment"),
    path("reception/welcome/", queue.welcome, name="welcome"),
    path("reception/welcome/fragment/", queue.welcome_fragment, name="welcome_fragment"),
    path("reception/visits/", visits.visit_list, name="visits"),
    path("reception/visits/<int:pk>/", visits.visit_detail, name="visit"),
    path("reception/visits/<int:pk>/contact/", queue.contact_create, name="meet"),
    path("reception/visits/<int:pk>/departure/", visits.departure_create, name="leave"),
    path("reception/visits/<int:pk>/walk-around/", walk_arounds.walk_around, name="walk_around"),
    path("reception/visits/<int:pk>/marks/", walk_arounds.mark_create, name="mark_create"),
    path("reception/marks/<int:pk>/removal/", walk_arounds.mark_remove, name="mark_remove"),
    path("reception/visits/<int:pk>/interview/", interviews.interview, name="interview"),
    path("reception/visits/<int:pk>/slip-link/", slips.slip_link_create, name="slip_link"),
]

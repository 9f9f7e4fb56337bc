from django.urls import path

from apps.handover.views import days, handovers, lists, plans

app_name = "handover"

urlpatterns = [
    path("handovers/", handovers.handover_list, name="list"),
    path("handovers/new/", plans.plan, name="plan"),
    path("handovers/list/", lists.list_create, name="list_create"),
    path("handovers/<int:pk>/", handovers.handover, name="handover"),
    path("handovers/<int:pk>/ticks/", days.tick_create, name="tick"),
    path("handovers/<int:pk>/readiness/", days.readiness_create, name="ready"),
    path("handovers/<int:pk>/return/", days.return_create, name="send_back"),
    path("handovers/<int:pk>/delivery/", days.delivery_create, name="deliver"),
    path("handovers/<int:pk>/time/", days.time_create, name="replan"),
    path("handovers/<int:pk>/advisor/", days.advisor_create, name="advisor"),
    path("handovers/<int:pk>/cancellation/", days.cancellation_create, name="cancel"),
]

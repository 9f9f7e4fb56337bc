from django.urls import path

from apps.capacity.views import hours, resources

app_name = "capacity"

urlpatterns = [
    path("capacity/", resources.overview, name="overview"),
    path("capacity/hours/", hours.hours_update, name="hours"),
    path("capacity/closures/new/", hours.closure_create, name="closure_create"),
    path("capacity/closures/<int:pk>/reopening/", hours.reopening_create, name="closure_reopen"),
    path("capacity/absences/new/", hours.absence_create, name="absence_create"),
    path("capacity/absences/<int:pk>/removal/", hours.absence_removal_create, name="absence_remove"),
    path("capacity/resources/<int:pk>/", resources.resource_update, name="resource_update"),
    path("capacity/bays/new/", resources.resource_create, {"kind": "bay"}, name="bay_create"),
    path(
        "capacity/technicians/new/",
        resources.resource_create,
        {"kind": "technician"},
        name="technician_create",
    ),
    path("capacity/advisors/new/", resources.resource_create, {"kind": "advisor"}, name="advisor_create"),
]

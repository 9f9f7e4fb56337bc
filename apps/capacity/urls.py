from django.urls import path

from apps.capacity.views import days, hours, incidents, reserve, resources, roster

app_name = "capacity"

urlpatterns = [
    path("capacity/", resources.overview, name="overview"),
    path("capacity/hours/", hours.hours_update, name="hours"),
    path("capacity/closures/new/", hours.closure_create, name="closure_create"),
    path("capacity/closures/<int:pk>/reopening/", hours.reopening_create, name="closure_reopen"),
    path("capacity/absences/new/", hours.absence_create, name="absence_create"),
    path("capacity/absences/<int:pk>/removal/", hours.absence_removal_create, name="absence_remove"),
    path("capacity/days/", days.day_update, name="day_update"),
    path("capacity/blackouts/new/", days.blackout_create, name="blackout_create"),
    path("capacity/blackouts/<int:pk>/removal/", days.blackout_removal_create, name="blackout_remove"),
    path("capacity/roster/", roster.roster_update, name="roster"),
    path("capacity/shifts/new/", roster.shift_create, name="shift_create"),
    path("capacity/shifts/<int:pk>/", roster.shift_update, name="shift_update"),
    path("capacity/shifts/<int:pk>/removal/", roster.shift_removal_create, name="shift_remove"),
    path(
        "capacity/courtesy-cars/new/",
        resources.resource_create,
        {"kind": "courtesy"},
        name="courtesy_create",
    ),
    path("capacity/drivers/new/", resources.resource_create, {"kind": "driver"}, name="driver_create"),
    path("capacity/tools/new/", resources.resource_create, {"kind": "tool"}, name="tool_create"),
    path("capacity/reserve/", reserve.reserve_page, name="reserve"),
    path("capacity/reserve/adoption/", reserve.adoption_create, name="reserve_adopt"),
    path("capacity/resources/<int:pk>/", resources.resource_update, name="resource_update"),
    path("capacity/bays/new/", resources.resource_create, {"kind": "bay"}, name="bay_create"),
    path(
        "capacity/technicians/new/",
        resources.resource_create,
        {"kind": "technician"},
        name="technician_create",
    ),
    path("capacity/incidents/", incidents.incident_list, name="incidents"),
    path("capacity/incidents/new/", incidents.incident_create, name="incident_create"),
    path("capacity/incidents/<int:pk>/", incidents.incident_detail, name="incident"),
    path("capacity/incidents/<int:pk>/estimate/", incidents.estimate_create, name="incident_estimate"),
    path("capacity/incidents/<int:pk>/end/", incidents.end_create, name="incident_end"),
    path("capacity/incident-records/<int:pk>/tick/", incidents.tick_create, name="incident_tick"),
    path("capacity/advisors/new/", resources.resource_create, {"kind": "advisor"}, name="advisor_create"),
]

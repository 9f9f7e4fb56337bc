from django.urls import path
from django.views.generic import RedirectView

from apps.desk.views import (
    api_docs,
    calendar,
    connections,
    deliveries,
    files,
    links,
    live,
    search,
    settings,
    work,
)

app_name = "desk"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="desk:my_work"), name="home"),
    path("work/", work.my_work, name="my_work"),
    path("work/tasks/<int:pk>/done/", work.task_completion_create, name="task_done"),
    path("notices/", work.notices, name="notices"),
    path("search/", search.search, name="search"),
    path("files/<uuid:pk>/", files.file_detail, name="file"),
    path("api/docs/", api_docs.api_docs, name="api_docs"),
    path("live/", live.live, name="live"),
    path("l/<str:token>/", links.link_open, name="link"),
    path("settings/", settings.setting_list, name="settings"),
    path("settings/entry/", settings.setting_update, name="setting"),
    path("settings/<int:pk>/withdrawal/", settings.withdrawal_create, name="setting_withdraw"),
    path("connections/", connections.connection_list, name="connections"),
    path("connections/entry/", connections.connection_update, name="connection"),
    path("connections/<slug:kind>/switch/", connections.connection_switch, name="connection_switch"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/withdrawal/", calendar.withdrawal_create, name="calendar_withdraw"),
    path("operations/deliveries/", deliveries.delivery_list, name="deliveries"),
    path(
        "operations/deliveries/<int:pk>/revival/",
        deliveries.revival_create,
        name="delivery_revive",
    ),
]

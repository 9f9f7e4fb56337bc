"""URL map: each furnished room brings its pages, and its API under ``/api/v1/``."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from dms.rooms import ROOMS, has

_api = [path("", include(f"apps.{room}.api.urls")) for room in ROOMS if has(room, "api/urls")]

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    *[path("", include(f"apps.{room}.urls")) for room in ROOMS if has(room, "urls")],
    path("api/v1/", include((_api, "api"))),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
]

handler400 = "apps.core.views.bad_request"
handler403 = "apps.core.views.forbidden"
handler404 = "apps.core.views.not_found"
handler500 = "apps.core.views.server_error"

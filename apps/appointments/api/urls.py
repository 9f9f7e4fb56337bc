from rest_framework.routers import SimpleRouter

from apps.appointments.api.views import AppointmentViewSet, WaitingEntryViewSet

router = SimpleRouter()
router.register("appointments", AppointmentViewSet, basename="appointment")
router.register("waiting-entries", WaitingEntryViewSet, basename="waiting-entry")
urlpatterns = router.urls

from rest_framework.routers import SimpleRouter

from apps.appointments.api.views import AppointmentViewSet, OnlineRequestViewSet, WaitingEntryViewSet

router = SimpleRouter()
router.register("appointments", AppointmentViewSet, basename="appointment")
router.register("online-requests", OnlineRequestViewSet, basename="online-request")
router.register("waiting-entries", WaitingEntryViewSet, basename="waiting-entry")
urlpatterns = router.urls

from rest_framework.routers import SimpleRouter

from apps.workshop.api.views import ClockingViewSet, JobViewSet

router = SimpleRouter()
router.register("jobs", JobViewSet, basename="job")
router.register("clockings", ClockingViewSet, basename="clocking")
urlpatterns = router.urls

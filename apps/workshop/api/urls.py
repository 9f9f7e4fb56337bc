from rest_framework.routers import SimpleRouter

from apps.workshop.api.views import ClockingViewSet, JobViewSet, OrderWorkViewSet

router = SimpleRouter()
router.register("jobs", JobViewSet, basename="job")
router.register("clockings", ClockingViewSet, basename="clocking")
router.register("work-orders", OrderWorkViewSet, basename="work-order-work")
urlpatterns = router.urls

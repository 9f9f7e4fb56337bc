from rest_framework.routers import SimpleRouter

from apps.reception.api.views import ArrivalViewSet, InspectionViewSet, VisitViewSet

router = SimpleRouter()
router.register("visits", VisitViewSet, basename="visit")
router.register("appointments", ArrivalViewSet, basename="appointment-arrival")
router.register("inspections", InspectionViewSet, basename="inspection")

urlpatterns = router.urls

from rest_framework.routers import SimpleRouter

from apps.reception.api.views import InspectionViewSet, VisitViewSet

router = SimpleRouter()
router.register("visits", VisitViewSet, basename="visit")
router.register("inspections", InspectionViewSet, basename="inspection")

urlpatterns = router.urls

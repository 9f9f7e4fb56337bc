from rest_framework.routers import SimpleRouter

from apps.quality.api.views import QualityCheckViewSet, WashViewSet

router = SimpleRouter()
router.register("quality-checks", QualityCheckViewSet, basename="quality-check")
router.register("work-orders", WashViewSet, basename="work-order-wash")
urlpatterns = router.urls

from rest_framework.routers import SimpleRouter

from apps.parts.api.views import PartViewSet

router = SimpleRouter()
router.register("parts", PartViewSet, basename="part")

urlpatterns = router.urls

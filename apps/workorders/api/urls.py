from rest_framework.routers import SimpleRouter

from apps.workorders.api.views import AuthorisationViewSet, LineViewSet, OrderViewSet

router = SimpleRouter()
router.register("work-orders", OrderViewSet, basename="work-order")
router.register("lines", LineViewSet, basename="line")
router.register("authorisations", AuthorisationViewSet, basename="authorisation")

urlpatterns = router.urls

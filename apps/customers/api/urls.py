from rest_framework.routers import SimpleRouter

from apps.customers.api.views import CustomerViewSet, VehicleViewSet

router = SimpleRouter()
router.register("customers", CustomerViewSet, basename="customer")
router.register("vehicles", VehicleViewSet, basename="vehicle")
urlpatterns = router.urls

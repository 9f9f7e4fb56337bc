from rest_framework.routers import SimpleRouter

from apps.delivery.api.views import PaymentViewSet, SettlementViewSet

router = SimpleRouter()
router.register("settlements", SettlementViewSet, basename="settlement")
router.register("payments", PaymentViewSet, basename="payment")
urlpatterns = router.urls

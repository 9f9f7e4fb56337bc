from rest_framework.routers import SimpleRouter

from apps.delivery.api.views import HandBackViewSet, PaymentViewSet, SettlementViewSet

router = SimpleRouter()
router.register("settlements", SettlementViewSet, basename="settlement")
router.register("payments", PaymentViewSet, basename="payment")
router.register("work-orders", HandBackViewSet, basename="work-order-hand-back")
urlpatterns = router.urls

from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.capacity.api.views import BayViewSet, SlotView, TechnicianViewSet

router = SimpleRouter()
router.register("bays", BayViewSet, basename="bay")
router.register("technicians", TechnicianViewSet, basename="technician")
urlpatterns = [path("slots/", SlotView.as_view(), name="slots"), *router.urls]

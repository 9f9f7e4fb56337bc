from django.urls import path

from apps.delivery.views import gate, orders

app_name = "delivery"

urlpatterns = [
    path("delivery/", orders.queue, name="queue"),
    path("delivery/<str:number>/", orders.detail, name="detail"),
    path("delivery/<str:number>/settlement/", orders.settlement_create, name="settle"),
    path("delivery/<str:number>/payments/", orders.payment_create, name="pay"),
    path("delivery/<str:number>/reversal/", orders.reversal_create, name="reverse"),
    path("delivery/<str:number>/hand-back/", orders.hand_back_create, name="hand_back"),
    path("gate/", gate.gate, name="gate"),
    path("gate/<int:pk>/exit/", gate.exit_create, name="exit"),
    path("visits/<int:pk>/custody/", gate.custody_create, name="custody"),
]

from django.urls import path

from apps.messaging import views

app_name = "messaging"

urlpatterns = [
    path("outbox/", views.outbox, name="outbox"),
    path("outbox/customers/<int:pk>/", views.customer_ledger, name="customer"),
    path("outbox/<int:pk>/resolution/", views.resolution_create, name="resolve"),
]

from django.urls import path

from apps.customers.views import customers, openings, recommendations, vehicles

app_name = "customers"

urlpatterns = [
    path("customers/", customers.customer_list, name="list"),
    path("customers/new/", customers.customer_create, name="create"),
    path("customers/known/", customers.known, name="known"),
    path("customers/opening/", openings.opening_create, name="open"),
    path("customers/<int:pk>/", customers.customer_detail, name="detail"),
    path("customers/<int:pk>/edit/", customers.customer_update, name="update"),
    path("customers/<int:pk>/vehicles/new/", vehicles.vehicle_create, name="vehicle_create"),
    path("vehicles/<int:pk>/", vehicles.vehicle_detail, name="vehicle"),
    path("vehicles/<int:pk>/edit/", vehicles.vehicle_update, name="vehicle_update"),
    path("vehicles/<int:pk>/owner/", vehicles.owner_update, name="owner"),
    path("vehicles/<int:pk>/readings/", vehicles.reading_create, name="reading_create"),
    path(
        "vehicles/<int:pk>/recommendations/",
        recommendations.recommendation_create,
        name="recommendation_create",
    ),
    path(
        "recommendations/<int:pk>/closing/", recommendations.recommendation_close, name="recommendation_close"
    ),
]

from django.urls import path

from apps.customers.views import campaigns, customers, openings, recommendations, vehicles

app_name = "customers"

urlpatterns = [
    path("customers/", customers.customer_list, name="list"),
    path("customers/new/", customers.customer_create, name="create"),
    path("customers/known/", customers.known, name="known"),
    path("customers/opening/", openings.opening_create, name="open"),
    path("customers/<int:pk>/", customers.customer_detail, name="detail"),
    path("customers/<int:pk>/edit/", customers.customer_update, name="update"),
    path("customers/<int:pk>/vehicles/new/", vehicles.vehicle_create, name="vehicle_create"),
    path("campaigns/", campaigns.campaign_list, name="campaigns"),
    path("campaigns/new/", campaigns.campaign_create, name="campaign_create"),
    path("campaigns/<int:pk>/", campaigns.campaign_detail, name="campaign"),
    path("campaigns/<int:pk>/edit/", campaigns.campaign_update, name="campaign_update"),
    path("campaigns/<int:pk>/list/", campaigns.campaign_list_add, name="campaign_list_add"),
    path("campaigns/cars/<int:pk>/", campaigns.campaign_settle, name="campaign_settle"),
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

from django.urls import path

from apps.catalog import views

app_name = "catalog"

urlpatterns = [
    path("catalog/operations/", views.operations, name="operations"),
    path("catalog/operations/new/", views.operation_create, name="operation_create"),
    path("catalog/operations/<int:pk>/", views.operation_update, name="operation_update"),
    path("catalog/parts/", views.parts, name="parts"),
    path("catalog/parts/new/", views.part_create, name="part_create"),
    path("catalog/parts/<int:pk>/", views.part_update, name="part_update"),
    path("catalog/packages/", views.packages, name="packages"),
    path("catalog/packages/new/", views.package_create, name="package_create"),
    path("catalog/packages/<int:pk>/", views.package_detail, name="package"),
    path("catalog/packages/<int:pk>/edit/", views.package_update, name="package_update"),
    path("catalog/equipment/", views.equipment_update, name="equipment"),
]

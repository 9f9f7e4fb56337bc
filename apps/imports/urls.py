from django.urls import path

from apps.imports import views

app_name = "imports"

urlpatterns = [
    path("imports/", views.run_list, name="list"),
    path("imports/<int:pk>/", views.run_detail, name="detail"),
    path("imports/<int:pk>/rejected.csv", views.rejected_csv, name="rejected"),
]

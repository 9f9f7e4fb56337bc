from django.urls import path

from apps.reports import views

app_name = "reports"

urlpatterns = [
    path("today/", views.today, name="today"),
    path("today/fragment/", views.today_fragment, name="today_fragment"),
]

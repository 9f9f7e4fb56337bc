from django.urls import path

from apps.quality import views

app_name = "quality"

urlpatterns = [
    path("quality/", views.queue, name="queue"),
    path("quality/<str:number>/", views.check, name="check"),
    path("quality/<str:number>/check/", views.check_create, name="check_create"),
    path("quality/<str:number>/wash/", views.wash_create, name="wash"),
]

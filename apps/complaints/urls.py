from django.urls import path

from apps.complaints import views

app_name = "complaints"

urlpatterns = [
    path("complaints/", views.complaint_list, name="list"),
    path("complaints/new/", views.complaint_create, name="create"),
    path("complaints/<int:pk>/", views.complaint_detail, name="detail"),
    path("complaints/<int:pk>/answer/", views.answer_create, name="answer"),
    path("complaints/<int:pk>/closing/", views.closing_create, name="close"),
]

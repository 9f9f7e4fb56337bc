from django.urls import path

from apps.board import views

app_name = "board"

urlpatterns = [
    path("board/", views.progress, name="progress"),
    path("board/fragment/", views.progress_fragment, name="progress_fragment"),
    path("board/lounge/", views.lounge_board, name="lounge"),
    path("board/lounge/fragment/", views.lounge_fragment, name="lounge_fragment"),
]

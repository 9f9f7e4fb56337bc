from django.urls import path

from apps.accounts.views import people, sessions, tokens

app_name = "accounts"

urlpatterns = [
    path("login/", sessions.login, name="login"),
    path("logout/", sessions.logout, name="logout"),
    path("first-run/", people.first_run, name="first_run"),
    path("password/", sessions.password_change, name="password_change"),
    path("password/reset/", sessions.password_reset, name="password_reset"),
    path("password/reset/sent/", sessions.password_reset_done, name="password_reset_done"),
    path(
        "password/reset/<uidb64>/<token>/",
        sessions.password_reset_confirm,
        name="password_reset_confirm",
    ),
    path(
        "password/reset/done/",
        sessions.password_reset_complete,
        name="password_reset_complete",
    ),
    path("people/", people.people, name="people"),
    path("people/new/", people.person_create, name="person_create"),
    path("people/<int:pk>/", people.person_update, name="person_update"),
    path("people/<int:pk>/token/", tokens.token_create, name="token_create"),
    path("people/<int:pk>/token/removal/", tokens.token_remove, name="token_remove"),
]

from django.urls import path

from apps.workorders.views import consent, lines, orders

app_name = "workorders"

urlpatterns = [
    path("work-orders/", orders.order_list, name="list"),
    path("visits/<int:visit_pk>/work-order/", orders.order_create, name="create"),
    path("work-orders/<int:pk>/", orders.order_detail, name="detail"),
    path("work-orders/<int:pk>/options/", orders.options_update, name="options"),
    path("work-orders/<int:pk>/promise/", orders.promise_update, name="promise"),
    path("work-orders/<int:pk>/decline/", orders.decline, name="decline"),
    path("work-orders/<int:pk>/catalogue/", lines.catalogue, name="catalogue"),
    path("work-orders/<int:pk>/lines/", lines.line_create, name="line_create"),
    path("work-orders/<int:pk>/lines/new/", lines.free_line_create, name="free_line_create"),
    path("work-orders/<int:pk>/lines/<int:line_pk>/", lines.line_update, name="line_update"),
    path("work-orders/<int:pk>/lines/<int:line_pk>/removal/", lines.line_remove, name="line_remove"),
    path("work-orders/<int:pk>/lines/<int:line_pk>/photos/", lines.photo_create, name="photo_create"),
    path("work-orders/<int:pk>/versions/", consent.version_create, name="version_create"),
    path("work-orders/<int:pk>/versions/<int:number>/", consent.version_detail, name="version"),
    path(
        "work-orders/<int:pk>/versions/<int:number>/phone/",
        consent.phone_consent_create,
        name="phone_consent",
    ),
    path("work-orders/<int:pk>/link/", consent.link_create, name="link_create"),
]

from django.urls import path

from apps.parts.views import demands, stock

app_name = "parts"

urlpatterns = [
    path("stock/", stock.stock, name="stock"),
    path("stock/receive/", stock.receive, name="receive"),
    path("parts/to-issue/", demands.to_issue, name="to_issue"),
    path("stock/<int:pk>/", stock.item_detail, name="item"),
    path("stock/<int:pk>/count/", stock.count_create, name="count"),
    path("stock/<int:pk>/place/", stock.place_update, name="place"),
    path("parts/demands/<int:pk>/issue/", demands.issue_create, name="issue"),
    path("parts/demands/<int:pk>/expected/", demands.expectation_create, name="expect"),
    path("parts/demands/<int:pk>/return/", demands.return_create, name="return"),
    path("parts/demands/<int:pk>/release/", demands.release_create, name="release"),
    path("parts/demands/<int:pk>/reservation/", demands.reservation_create, name="reserve"),
]

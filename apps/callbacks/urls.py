from django.urls import path

from apps.callbacks.views import csi, forms, standards, uploads

app_name = "callbacks"

urlpatterns = [
    path("callbacks/<int:pk>/post-repair/", forms.post_repair_create, name="post_repair"),
    path("callbacks/<int:pk>/follow-up/", forms.follow_up_create, name="follow_up"),
    path("callbacks/<int:pk>/no-show/", forms.no_show_create, name="no_show"),
    path("callbacks/<int:pk>/new-car/", forms.new_car_create, name="new_car"),
    path("callbacks/standards/", standards.report, name="standards"),
    path("callbacks/standards/export/", standards.export_create, name="export"),
    path("callbacks/standards/rows/", standards.rows, name="standards_rows"),
    path("callbacks/uploads/", uploads.upload_list, name="uploads"),
    path("callbacks/uploads/<int:pk>/repetition/", uploads.upload_repeat, name="upload_repeat"),
    path("csi/", csi.report, name="csi"),
    path("csi/responses/", csi.responses, name="responses"),
    path("csi/responses/<int:pk>/", csi.response_detail, name="response"),
]

from django.urls import path

from apps.callbacks.views import csi, forms, questionnaires, rhythm, samples, standards, survey, uploads

app_name = "callbacks"

urlpatterns = [
    path("callbacks/<int:pk>/post-repair/", forms.post_repair_create, name="post_repair"),
    path("callbacks/<int:pk>/follow-up/", forms.follow_up_create, name="follow_up"),
    path("callbacks/<int:pk>/no-show/", forms.no_show_create, name="no_show"),
    path("callbacks/<int:pk>/sample/", forms.sample_create, name="sample"),
    path("callbacks/<int:pk>/new-car/", forms.new_car_create, name="new_car"),
    path("callbacks/standards/", standards.report, name="standards"),
    path("callbacks/standards/export/", standards.export_create, name="export"),
    path("callbacks/standards/rows/", standards.rows, name="standards_rows"),
    path("callbacks/uploads/", uploads.upload_list, name="uploads"),
    path("callbacks/uploads/<int:pk>/repetition/", uploads.upload_repeat, name="upload_repeat"),
    path("csi/", csi.report, name="csi"),
    path("csi/mine/", csi.own, name="own_csi"),
    path("csi/questionnaires/", questionnaires.questionnaire_list, name="questionnaires"),
    path("csi/questionnaires/<int:pk>/", questionnaires.questionnaire_update, name="questionnaire"),
    path("csi/questionnaires/<int:pk>/preview/", questionnaires.preview, name="questionnaire_preview"),
    path("csi/questionnaires/<int:pk>/version/", questionnaires.version_create, name="questionnaire_version"),
    path("surveys/code/", survey.code_create, name="survey_code"),
    path("surveys/link/", survey.link_create, name="survey_link"),
    path("csi/texts/", rhythm.text_list, name="texts"),
    path("csi/texts/<int:pk>/", rhythm.text_code, name="text_code"),
    path("csi/improvements/", rhythm.improvement_list, name="improvements"),
    path("csi/improvements/<int:pk>/", rhythm.improvement, name="improvement"),
    path("csi/digest/", rhythm.digest_detail, name="digest"),
    path("csi/samples/", samples.draw_list, name="draws"),
    path("csi/samples/<int:pk>/", samples.draw_detail, name="draw"),
    path("csi/responses/", csi.responses, name="responses"),
    path("csi/responses/<int:pk>/", csi.response_detail, name="response"),
]

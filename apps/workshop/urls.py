from django.urls import path

from apps.workshop.views import dispatch, mine

app_name = "workshop"

urlpatterns = [
    path("dispatch/", dispatch.dispatch, name="dispatch"),
    path("dispatch/fragment/", dispatch.dispatch_fragment, name="dispatch_fragment"),
    path("jobs/<int:pk>/", dispatch.job_detail, name="job"),
    path("jobs/<int:pk>/plan/", dispatch.plan_create, name="plan"),
    path("jobs/<int:pk>/plan/removal/", dispatch.plan_remove, name="plan_remove"),
    path("jobs/<int:pk>/delay/", dispatch.delay_create, name="delay"),
    path("workshop/orders/<int:pk>/qc-submission/", dispatch.qc_submission_create, name="submit_for_qc"),
    path("my-jobs/", mine.my_jobs, name="mine"),
    path("my-jobs/fragment/", mine.my_jobs_fragment, name="mine_fragment"),
    path("my-jobs/<int:pk>/", mine.my_job, name="my_job"),
    path("my-jobs/<int:pk>/fragment/", mine.my_job_fragment, name="my_job_fragment"),
    path("my-jobs/<int:pk>/taking/", mine.taking_create, name="take"),
    path("my-jobs/<int:pk>/protection/", mine.protection_create, name="protect"),
    path("my-jobs/<int:pk>/start/", mine.start_create, name="start"),
    path("my-jobs/<int:pk>/pause/", mine.pause_create, name="pause"),
    path("my-jobs/<int:pk>/finish/", mine.finish_create, name="finish"),
    path("my-jobs/<int:pk>/findings/", mine.finding_create, name="finding"),
    path("my-jobs/<int:pk>/photos/", mine.photo_create, name="photo"),
]

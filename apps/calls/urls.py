from django.urls import path

from apps.calls.views import line, numbers, outcomes, pages, queue, scripts

app_name = "calls"

urlpatterns = [
    path("calls/", queue.queue, name="queue"),
    path("calls/next/", queue.next_create, name="next"),
    path("calls/telephone/", line.extension_update, name="telephone"),
    path("calls/ringing/", line.ringing, name="ringing"),
    path("calls/<int:pk>/dial/", line.dial_create, name="dial"),
    path("hooks/pbx/<str:key>/", line.hook_create, name="pbx_hook"),
    path("calls/scripts/", scripts.script_list, name="scripts"),
    path("calls/scripts/entry/", scripts.script_update, name="script"),
    path("calls/scripts/preview/", scripts.script_preview, name="script_preview"),
    path("calls/numbers/<int:customer_pk>/", numbers.number, name="number"),
    path("calls/<int:pk>/", pages.call, name="call"),
    path("calls/<int:pk>/claim/", outcomes.claim_create, name="claim"),
    path("calls/<int:pk>/lease/", outcomes.lease_create, name="lease"),
    path("calls/<int:pk>/release/", outcomes.release_create, name="release"),
    path("calls/<int:pk>/attempts/", outcomes.attempt_create, name="attempt"),
    path("calls/<int:pk>/completion/", outcomes.completion_create, name="complete"),
    path("calls/<int:pk>/unreached/", outcomes.unreached_create, name="unreached"),
    path("calls/<int:pk>/promise/", outcomes.promise_create, name="promise"),
    path("calls/<int:pk>/suspension/", outcomes.suspension_create, name="suspend"),
    path("calls/<int:pk>/resumption/", outcomes.resumption_create, name="resume"),
    path("calls/<int:pk>/cancellation/", outcomes.cancellation_create, name="cancel"),
]

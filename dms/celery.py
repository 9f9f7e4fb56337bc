"""Celery: the application, and every beat entry in one place."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dms.settings")

app = Celery("dms")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# The database is the queue of record: each entry only wakes a worker that claims what is due,
# so a lost beat delays by one period and a second beat does no harm.
app.conf.beat_schedule = {
    "heartbeat": {"task": "desk.heartbeat", "schedule": 10.0},
    "send-messages": {"task": "messaging.send_due", "schedule": 5.0},
    "settle-open-messages": {"task": "messaging.settle_open", "schedule": 60.0},
    "escalate-complaints": {"task": "complaints.escalate", "schedule": 60.0},
    "alert-advisors": {"task": "handover.alert_advisors", "schedule": 30.0},
    "render-pdfs": {"task": "desk.render_pdfs", "schedule": 10.0},
    "seal-history": {"task": "desk.seal_history", "schedule": 60.0},
    "release-expired-holds": {"task": "capacity.release_expired", "schedule": 60.0},
    "offer-to-waiting": {"task": "appointments.look_after_waiting", "schedule": 60.0},
    "call-who-is-missing": {"task": "appointments.look_for_missing", "schedule": 60.0},
    "begin-preparation": {"task": "appointments.begin_preparation", "schedule": 60.0},
    "distribute-online-requests": {"task": "appointments.go_round_online", "schedule": 60.0},
    "forecast-services": {"task": "appointments.forecast", "schedule": 900.0},
    "forget-typed-requests": {"task": "appointments.forget_typed", "schedule": 3600.0},
    "forget-kept-bookings": {"task": "appointments.forget_kept", "schedule": 3600.0},
    "record-day-use": {"task": "workshop.record_day_use", "schedule": 3600.0},
    "draw-csi-samples": {"task": "callbacks.draw_samples", "schedule": 900.0},
    "csi-digest": {"task": "callbacks.digest", "schedule": 60.0},
    "look-for-weakness": {"task": "callbacks.look_for_weakness", "schedule": 3600.0},
    "upload-callbacks": {"task": "callbacks.upload", "schedule": 60.0},
    "deliver-events": {"task": "desk.deliver_events", "schedule": 5.0},
}

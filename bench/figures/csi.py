"""The satisfaction report of one month, and the agents' next call."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection

from apps.accounts.models import User
from apps.callbacks import recompute, surveys
from apps.callbacks.models import Questionnaire
from bench.figures.base import Job, Size, product
from bench.measure import Figure, side_by_side

MONTH = (date(2026, 6, 1), date(2026, 6, 30))
LAY_RESPONSES = """
    INSERT INTO callbacks_response
        (store_id, questionnaire_id, order_id, advisor_id, team, consultant, work_kind, channel, answered_at,
         ended_by, seal)
    SELECT o.store_id, %(questionnaire)s, o.id, o.advisor_id, '', '', '', 'phone',
           %(first)s::timestamptz + (row_number() OVER (ORDER BY o.id) %% 29) * interval '1 day', '', ''
    FROM workorders_workorder o WHERE o.status = 'delivered' AND o.store_id = %(store)s
    ORDER BY o.id LIMIT %(n)s
"""
LAY_ANSWERS = """
    INSERT INTO callbacks_answer (response_id, question_id, score, yes, choice, text)
    SELECT r.id, q.id,
           CASE WHEN q.kind = 'score' THEN 1 + (r.id * 31 + q.id * 17) %% 10 END,
           CASE WHEN q.kind = 'yes_no' THEN (r.id + q.id) %% 3 > 0 END,
           '', CASE WHEN q.kind = 'text' THEN 'text' ELSE '' END
    FROM callbacks_response r JOIN callbacks_question q ON q.questionnaire_id = r.questionnaire_id
    WHERE r.questionnaire_id = %(questionnaire)s
"""
BY_HAND = """
    SELECT r.advisor_id, a.question_id, count(*), sum(coalesce(a.score, CASE WHEN a.yes THEN 10 ELSE 0 END)),
           sum(coalesce(a.score, CASE WHEN a.yes THEN 10 ELSE 0 END) ^ 2)
    FROM callbacks_response r
    JOIN callbacks_answer a ON a.response_id = r.id
    JOIN callbacks_question q ON q.id = a.question_id AND q.kind <> 'text'
    WHERE r.store_id = ANY(%(stores)s) AND r.questionnaire_id = %(questionnaire)s AND r.ended_by = ''
      AND r.answered_at >= %(first)s AND r.answered_at < %(last)s::timestamptz + interval '1 day'
    GROUP BY 1, 2
"""


def report_ratio(size: Size) -> dict[str, Figure]:
    """The page of a month with all its figures over the one statement that sums the same answers."""
    user = User.objects.get(username="manager")
    asked = surveys.seed(user.group)
    answers = 1_000_000 if size.full else 100_000
    laid = _lay(asked, user, answers)
    span = {"first": MONTH[0], "last": MONTH[1], "questionnaire": asked.pk}
    stores = list(user.visible_store_ids)
    site, path = product(user), f"/csi/?survey={asked.pk}&start={MONTH[0]}&end={MONTH[1]}"

    def by_hand() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(BY_HAND, {**span, "stores": stores})
            return cursor.fetchall()

    n = 10
    a, b = side_by_side(lambda: site.get(path), by_hand, n=n, warm=2)
    note = f"{laid:,} answers, {a:.0f} ms over {b:.0f} ms"
    return {"csi_report_ratio": Figure(a / b, 1.5, "×", n, floor=b, note=note)}


def _lay(asked: Questionnaire, user: User, answers: int) -> int:
    """That many answers in the month, closed history: no triggers, the running sums written once."""
    told = {"questionnaire": asked.pk, "first": MONTH[0], "store": user.store_id}
    n = answers // asked.questions.count()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(LAY_RESPONSES, {**told, "n": n})
        cursor.execute(LAY_ANSWERS, told)
        laid = cursor.rowcount
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("ANALYZE callbacks_response, callbacks_answer")
    recompute.rebuild()
    return laid


JOBS = [
    Job(("csi_report_ratio",), "a month's satisfaction report over one statement by hand", report_ratio),
]

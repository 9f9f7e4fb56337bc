"""The running sums of the answers that are there already."""

from django.conf import settings
from django.db import migrations

RESPONSES = """
    INSERT INTO callbacks_tally (store_id, questionnaire_id, month, person, n, total, squares)
    SELECT r.store_id, r.questionnaire_id,
           date_trunc('month', r.answered_at AT TIME ZONE %(zone)s)::date, 'user:' || r.advisor_id,
           count(*), 0, 0
    FROM callbacks_response r GROUP BY 1, 2, 3, 4
"""
ANSWERS = """
    INSERT INTO callbacks_tally (store_id, questionnaire_id, month, person, question_id, n, total, squares)
    SELECT store_id, questionnaire_id, month, person, question_id, count(*), sum(v), sum(v * v)
    FROM (SELECT r.store_id, r.questionnaire_id,
                 date_trunc('month', r.answered_at AT TIME ZONE %(zone)s)::date AS month,
                 'user:' || r.advisor_id AS person, a.question_id,
                 coalesce(a.score, CASE WHEN a.yes THEN 10 ELSE 0 END) AS v
          FROM callbacks_response r JOIN callbacks_answer a ON a.response_id = r.id
          WHERE a.score IS NOT NULL OR a.yes IS NOT NULL) given
    GROUP BY 1, 2, 3, 4, 5
"""


def count(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in (RESPONSES, ANSWERS):
            cursor.execute(statement, {"zone": settings.TIME_ZONE})


class Migration(migrations.Migration):
    dependencies = [("callbacks", "0005_surveys")]

    operations = [migrations.RunPython(count, migrations.RunPython.noop)]

"""Every figure once more from the raw answers; whatever was touched is found."""

from io import StringIO

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.roles import Role
from apps.callbacks import recompute
from apps.callbacks.models import Answer, Question, Response, Tally
from apps.desk.models import Event
from tests.callbacks.factories import make_response
from tests.cast import person


def recomputed(*options) -> str:
    out = StringIO()
    call_command("csi_recompute", *options, stdout=out)
    return out.getvalue()


def test_in_order_every_index_is_printed_from_the_answers_alone(cast):
    for _n in range(3):
        make_response(cast)
    text = recomputed("--list")
    assert "Every figure is what the answers give." in text
    assert f"user:{cast.advisor.pk}" in text


def test_a_house_without_answers_is_in_order(db):
    assert "Every figure" in recomputed()


@pytest.mark.parametrize("how", ["changed", "removed", "added", "response gone", "resealed", "sums"])
def test_whatever_is_touched_behind_our_back_is_found(cast, how):
    made, _other = make_response(cast), make_response(cast)
    answer = made.answers.get(question__code="quality")
    with pgtrigger.ignore():
        match how:
            case "changed":
                Answer.objects.filter(pk=answer.pk).update(score=1)
            case "removed":
                answer.delete()
            case "added":
                asked = Question.objects.get(questionnaire=made.questionnaire, code="suggestions")
                Answer.objects.create(response=made, question=asked, text="x")
            case "response gone":
                made.answers.all().delete()
                Response.objects.filter(pk=made.pk).delete()
            case "resealed":
                Answer.objects.filter(pk=answer.pk).update(score=1)
                fresh = Response.objects.get(pk=made.pk)
                given_now = {a.question.code: a.value for a in fresh.answers.all()}
                from apps.callbacks.models.response import seal_of

                Response.objects.filter(pk=made.pk).update(seal=seal_of(fresh, given_now))
            case "sums":
                Tally.objects.filter(question=answer.question).update(total=1)
    with pytest.raises(CommandError):
        recomputed()
    if how == "sums":
        assert "written" in recomputed("--write")
        assert not list(recompute.differences())
    elif how != "added":
        recompute.rebuild()
        assert list(recompute.differences()), "sums written anew hide nothing"


@given(
    answers=st.lists(
        st.tuples(st.booleans(), st.integers(1, 10), st.integers(1, 10), st.booleans()),
        min_size=1,
        max_size=8,
    )
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_running_sums_are_the_sums_of_the_answers(cast, answers):
    second = person(Role.SERVICE_ADVISOR, cast.store, cast.group, f"a{Event.objects.count()}", name="孙悦")
    for is_second, quality, overall, recommend in answers:
        make_response(
            cast, advisor=second if is_second else None, quality=quality, overall=overall, recommend=recommend
        )
    assert not list(recompute.differences())

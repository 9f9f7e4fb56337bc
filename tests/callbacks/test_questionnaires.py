"""The editor of questionnaires: drafts are kept whole or not at all, and never over a colleague's work."""

import pytest
from django.urls import reverse

from apps.callbacks import surveys
from apps.callbacks.editing import fingerprint
from apps.callbacks.models import Questionnaire


@pytest.fixture
def draft(cast, client):
    client.force_login(cast.manager)
    return surveys.seed(cast.group).new_version(by=cast.manager)


def rows_of(draft, **changes):
    """What the browser sends of the draft; ``changes`` by ``code__field``."""
    sent = {"name": draft.name, "name_en": draft.name_en, "seen": fingerprint(draft)}
    rows = list(draft.questions.all())
    ticks = ("in_index", "is_required", "ends_on_no")
    for n, q in enumerate(rows):
        row = {
            "place": q.position, "code": q.code, "text_zh": q.text_zh, "text_en": q.text_en,
            "dimension": q.dimension, "kind": q.kind, "weight": str(q.weight), "after": q.after,
            "after_answer": q.after_answer, "options": "",
        } | {name: "on" for name in ticks if getattr(q, name)}  # fmt: skip
        row |= {k.partition("__")[2]: v for k, v in changes.items() if k.startswith(f"{q.code}__")}
        sent |= {f"q-{n}-{name}": value for name, value in row.items() if value is not None}
    return sent | {"q-TOTAL_FORMS": len(rows) + 1, "q-INITIAL_FORMS": len(rows), **new_row(len(rows))}


def new_row(n, **fields):
    usual = {"dimension": "overall", "kind": "score", "weight": "1"}
    return {f"q-{n}-{name}": value for name, value in {**usual, **fields}.items()}


def send(client, draft, sent):
    return client.post(reverse("callbacks:questionnaire", args=[draft.pk]), sent)


def test_a_draft_is_kept_as_it_was_typed(draft, client):
    sent = rows_of(draft, quality__text_zh="修得好不好？", facility__DELETE="on", overall__place="1")
    sent |= new_row(
        12, code="come", kind="choice", text_zh="怎么来的？", text_en="How did you come?", weight="0",
        options="car = 开车 | By car\nbus = 公交 | By bus",
    )  # fmt: skip
    assert send(client, draft, sent).status_code == 302
    codes = list(draft.questions.values_list("code", flat=True))
    assert "facility" not in codes
    assert codes[-1] == "come"
    assert draft.questions.get(code="quality").text_zh == "修得好不好？"
    assert draft.questions.get(code="come").options == [["car", "开车", "By car"], ["bus", "公交", "By bus"]]


def test_kept_and_put_in_use_in_one_go(cast, draft, client):
    assert send(client, draft, rows_of(draft) | {"use": "1"}).status_code == 302
    assert surveys.in_use(cast.group) == draft
    refused = send(client, draft, rows_of(draft))
    assert refused.status_code == 422
    assert "不能修改" in str(refused.context["form"].non_field_errors())


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"quality__text_en": ""}, "text_en"),
        ({"quality__code": "Ä b"}, "code"),
        ({"quality__code": "price"}, "code"),
        ({"quality__weight": "-1"}, "weight"),
        ({"quality__kind": "choice"}, "options"),
        ({"quality__ends_on_no": "on"}, "ends_on_no"),
        ({"quality__after": "suggestions", "quality__after_answer": "yes"}, "after"),
        ({"quality__after": "listened", "quality__after_answer": "low"}, "after_answer"),
        ({"quality__options": "only a line"}, "options"),
    ],
)
def test_what_cannot_be_asked_is_told_at_its_field_and_everything_typed_stays(draft, client, changes, where):
    before = fingerprint(draft)
    answer = send(client, draft, rows_of(draft, price__text_zh="价格呢？", **changes))
    assert answer.status_code == 422
    wrong = {name for form in answer.context["rows"].forms for name in form.errors}
    assert where in wrong
    assert "价格呢？" in answer.content.decode()
    assert fingerprint(draft) == before


def test_two_who_edit_the_same_draft_do_not_overwrite_each_other(draft, client):
    mine, theirs = rows_of(draft, quality__text_zh="我的"), rows_of(draft, quality__text_zh="他的")
    assert send(client, draft, theirs).status_code == 302
    refused = send(client, draft, mine)
    assert refused.status_code == 422
    assert "我的" in refused.content.decode()
    assert draft.questions.get(code="quality").text_zh == "他的"


def test_a_draft_that_scores_nothing_is_neither_put_in_use_nor_half_kept(draft, client):
    before = fingerprint(draft)
    sent = rows_of(draft, **{f"{q.code}__weight": "0" for q in draft.questions.all()}) | {"use": "1"}
    assert send(client, draft, sent).status_code == 422
    assert fingerprint(draft) == before
    assert Questionnaire.objects.get(pk=draft.pk).is_draft


def test_the_preview_takes_answers_and_keeps_nothing(draft, client):
    address = reverse("callbacks:questionnaire_preview", args=[draft.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"survey-overall": "9"}).status_code == 422


def test_who_may_not_edit_may_look(cast, draft, client):
    client.force_login(cast.roles["reception_supervisor"])
    assert client.get(reverse("callbacks:questionnaires")).status_code == 200
    assert client.get(reverse("callbacks:questionnaire", args=[draft.pk])).status_code == 403
    client.force_login(cast.roles["callback_agent"])
    assert client.get(reverse("callbacks:questionnaires")).status_code == 403

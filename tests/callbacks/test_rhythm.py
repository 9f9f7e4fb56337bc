"""What follows from the answers: coded texts, improvements with a recheck, the morning's digest."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.accounts.roles import Role
from apps.callbacks import coding, digest, improving, surveys
from apps.callbacks.models import Answer, Category, Digest, Improvement, Response, TextCoding
from apps.callbacks.scores import Tally, significantly_below
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Notice, Task
from tests.callbacks.factories import make_response
from tests.cast import person

ZONE = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)


def ago(days: int, *made) -> None:
    Response.objects.filter(pk__in=[one.pk for one in made]).update(answered_at=clock.now() - days * DAY)


def test_a_text_is_coded_counted_and_coded_otherwise(cast, client):
    coding.seed(cast.group)
    coding.seed(cast.group)
    first, second = make_response(cast, suggestions="等太久"), make_response(cast, suggestions="等太久也太贵")
    waiting, price = Category.objects.get(name_zh="等待时间"), Category.objects.get(name_zh="价格")
    client.force_login(cast.manager)
    texts = {a.response_id: a for a in Answer.objects.exclude(text="")}
    for made, chosen in ((first, [waiting]), (second, [waiting, price])):
        address = reverse("callbacks:text_code", args=[texts[made.pk].pk])
        assert client.post(address, {"category": [c.pk for c in chosen], "back": "all=1"}).status_code == 302
    page = client.get(reverse("callbacks:texts"), {"all": "1"})
    assert (page.context["total"], page.context["coded"]) == (2, 2)
    named = [(str(c), n, share) for c, n, share in page.context["shares"]]
    assert named[:2] == [("等待时间", 2, 100), ("价格", 1, 50)]
    assert not client.get(reverse("callbacks:texts")).context["page"].rows, "nothing is left to be coded"
    client.post(reverse("callbacks:text_code", args=[texts[second.pk].pk]), {})
    assert TextCoding.objects.count() == 1


def test_texts_and_categories_of_strangers_are_not_there(cast, client):
    coding.seed(cast.group)
    coding.seed(cast.foreign_store.group)
    made = make_response(cast, suggestions="好")
    text = made.answers.exclude(text="").get()
    theirs = Category.objects.filter(group=cast.foreign_store.group).first()
    client.force_login(cast.manager)
    client.post(reverse("callbacks:text_code", args=[text.pk]), {"category": [theirs.pk, "x", "9" * 30]})
    assert not TextCoding.objects.exists()
    score = made.answers.filter(score__isnull=False).first()
    assert client.post(reverse("callbacks:text_code", args=[score.pk]), {}).status_code == 404


def test_weak_items_and_people_open_an_improvement_once_with_a_task(cast):
    second = person(Role.SERVICE_ADVISOR, cast.store, cast.group, "second", name="孙悦")
    for _n in range(5):
        ago(2, make_response(cast, price=4), make_response(cast, advisor=second, price=4, overall=5))
    today = clock.today()
    assert improving.go_round(today) == Improvement.objects.count() > 0
    assert improving.go_round(today) == 0, "one for each weak thing"
    price = Improvement.objects.get(question__code="price")
    assert (price.before, price.n_before, price.state) == (Decimal("40.0"), 10, "open")
    weak = Improvement.objects.filter(person=f"user:{second.pk}").get()
    tasks = {task.subject: task.role for task in Task.objects.filter(kind="callbacks.improvement")}
    assert tasks[f"callbacks.improvement:{price.pk}"] == "customer_manager"
    assert tasks[f"callbacks.improvement:{weak.pk}"] == "reception_supervisor"


def test_four_answers_accuse_nobody(cast):
    for _n in range(4):
        ago(2, make_response(cast, price=1, overall=1, quality=1))
    assert improving.go_round(clock.today()) == 0


@pytest.mark.parametrize(
    ("part", "whole", "is_below"),
    [
        (Tally(30, 180, 1100), Tally(300, 2700, 24600), True),
        (Tally(30, 268, 2450), Tally(300, 2700, 24600), False),
        (Tally(4, 4, 4), Tally(300, 2700, 24600), False),
        (Tally(5, 45, 405), Tally(5, 45, 405), False),
        (Tally(5, 40, 320), Tally(5, 45, 405), True),
    ],
)
def test_below_the_store_means_more_than_chance(part, whole, is_below):
    assert significantly_below(part, whole) is is_below


@pytest.fixture
def weak(cast):
    for _n in range(5):
        ago(2, make_response(cast, price=4))
    improving.go_round(clock.today())
    return Improvement.objects.get(question__code="price")


def typed(cast, **changes):
    today = clock.today()
    days = {"due_on": str(today), "recheck_on": str(today + 14 * DAY)}
    usual = {"measure": "当面逐项解释报价", "owner": cast.advisor.pk} | days
    return usual | {"plan": "1"} | changes


def test_a_measure_has_an_owner_a_day_and_a_recheck_that_becomes_his_task(cast, client, weak):
    client.force_login(cast.manager)
    assert client.post(weak.get_absolute_url(), typed(cast)).status_code == 302
    weak.refresh_from_db()
    assert (weak.state, weak.owner) == ("running", cast.advisor)
    task = Task.objects.open().get(kind="callbacks.improvement", subject=f"callbacks.improvement:{weak.pk}")
    assert (task.owner, task.due_at.astimezone(ZONE).date()) == (cast.advisor, weak.recheck_on)


def test_a_plan_that_changes_moves_its_recheck_to_the_new_owner_and_day(cast, client, weak):
    client.force_login(cast.manager)
    client.post(weak.get_absolute_url(), typed(cast))
    later = clock.today() + 30 * DAY
    changed = typed(cast, owner=cast.manager.pk, recheck_on=str(later))
    assert client.post(weak.get_absolute_url(), changed).status_code == 302
    task = Task.objects.open().get(subject=f"callbacks.improvement:{weak.pk}")
    assert (task.owner, task.due_at.astimezone(ZONE).date()) == (cast.manager, later)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"measure": ""}, "measure"),
        ({"owner": ""}, "owner"),
        ({"due_on": "2020-01-01"}, "due_on"),
        ({"recheck_on": "2020-01-01"}, "recheck_on"),
    ],
)
def test_what_is_missing_is_told_at_its_field(cast, client, weak, changes, where):
    client.force_login(cast.manager)
    answer = client.post(weak.get_absolute_url(), typed(cast, **changes))
    assert answer.status_code == 422
    assert where in answer.context["plan"].errors
    weak.refresh_from_db()
    assert weak.state == "open"


def test_the_recheck_tells_by_the_figures_since_then_whether_it_helped(cast, client, weak):
    client.force_login(cast.manager)
    client.post(weak.get_absolute_url(), typed(cast))
    early = client.post(weak.get_absolute_url(), {"conclude": "1", "helped": "yes"})
    assert early.status_code == 422, "with fewer than five answers nobody can tell"
    for _n in range(5):
        make_response(cast, price=9)
    assert client.post(weak.get_absolute_url(), {"conclude": "1", "helped": "yes"}).status_code == 302
    weak.refresh_from_db()
    assert (weak.state, weak.after, weak.n_after) == ("helped", Decimal("90.0"), 5)
    assert not Task.objects.open().filter(subject=f"callbacks.improvement:{weak.pk}").exists()
    with pytest.raises(DomainError):
        improving.conclude(weak, helped=False, conclusion="", by=cast.manager)


def test_an_improvement_under_way_says_what_by_whom_until_when(weak):
    with pytest.raises(IntegrityError), transaction.atomic():
        Improvement.objects.filter(pk=weak.pk).update(state="running")


FRIDAY = date(2026, 11, 27)


@pytest.fixture
def head(cast):
    surveys.seed(cast.group)
    return cast.roles["station_head"]


def at(hour: int, minute: int, day: date = FRIDAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def lines(reader) -> int:
    return Notice.objects.filter(reader=reader, url=reverse("callbacks:digest")).count()


def test_the_digest_is_there_before_nine_and_an_unread_one_is_flagged_after_half_past(cast, head):
    assert digest.go_round(at(8, 30)) == 0
    made = digest.go_round(at(8, 50))
    assert made == Digest.objects.count() >= 1
    assert digest.go_round(at(8, 51)) == 0
    assert lines(head) == 1
    digest.go_round(at(9, 29))
    assert not Digest.objects.exclude(flagged_at=None).exists()
    digest.go_round(at(9, 31))
    digest.go_round(at(9, 32))
    assert lines(head) == 2
    assert lines(cast.manager) == 1


def test_one_that_the_station_head_has_read_is_not_flagged(cast, head, client):
    digest.go_round(at(8, 50))
    client.force_login(cast.manager)
    client.get(reverse("callbacks:digest"))
    assert Digest.objects.get(store=cast.store).read_at is None, "nobody else's look counts"
    client.force_login(head)
    assert client.get(reverse("callbacks:digest")).status_code == 200
    assert Digest.objects.get(store=cast.store).read_by == head
    digest.go_round(at(9, 31))
    assert Digest.objects.get(store=cast.store).flagged_at is None


def test_no_digest_on_a_day_off(head):
    assert digest.go_round(at(9, 0, date(2026, 11, 28))) == 0


def test_it_says_what_came_in_yesterday(cast, head, monkeypatch):
    made = make_response(cast, quality=2)
    Response.objects.filter(pk=made.pk).update(answered_at=at(15, 0, FRIDAY - DAY))
    digest.go_round(at(8, 50))
    content = Digest.objects.get(store=cast.store).content
    assert (content["yesterday"], len(content["low"]), content["n"]) == (1, 1, 1)
    assert content["weak"][0][2] == "20.0"

"""The list of imports and one import."""

import pytest
from django.urls import reverse

from apps.accounts.roles import Role
from apps.core import clock
from apps.imports.legacy import reasons
from apps.imports.models import ImportRun, RejectedRow
from tests.cast import person
from tests.imports.samples import make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(cast):
    return make_run(cast)


def test_the_list_shows_the_stores_runs_with_their_counts(cast, client, run):
    theirs = make_run(cast, store=cast.other_store, folder="/srv/elsewhere")
    client.force_login(cast.manager)
    page = client.get(reverse("imports:list"))
    assert page.status_code == 200
    assert "/srv/旧系统/导出" in page.text
    assert theirs.folder not in page.text


def test_an_empty_list_says_how_to_import(cast, client):
    client.force_login(cast.administrator)
    assert "import_legacy" in client.get(reverse("imports:list")).text


def test_a_run_shows_its_reasons_in_words(cast, client, run):
    client.force_login(cast.administrator)
    text = client.get(reverse("imports:detail", args=[run.pk])).text
    assert "缺少电话号码。" in text
    assert f"--undo {run.pk}" in text


@pytest.mark.parametrize("state", ["running", "undone"])
def test_a_run_in_any_state_has_a_page(cast, client, state):
    ended = None if state == "running" else clock.now()
    run = make_run(cast, state=state, counts={}, ended_at=ended)
    client.force_login(cast.administrator)
    assert client.get(reverse("imports:detail", args=[run.pk])).status_code == 200
    assert client.get(reverse("imports:list")).status_code == 200


def test_names_of_files_and_folders_are_text_and_no_markup(cast, client):
    run = make_run(cast, folder="<script>alert(1)</script>")
    RejectedRow.objects.create(run=run, file="<b>x</b>.csv", row=1, reasons=["<i>"])
    client.force_login(cast.administrator)
    for url in (reverse("imports:list"), reverse("imports:detail", args=[run.pk])):
        text = client.get(url).text
        assert "<script>alert" not in text
        assert "<b>x" not in text
        assert "<i>" not in text


def test_the_page_shows_the_first_rejected_rows_and_the_csv_all(cast, client, run):
    RejectedRow.objects.bulk_create(
        RejectedRow(run=run, file="车辆.xlsx", row=n, reasons=["vin_missing"]) for n in range(2, 602)
    )
    client.force_login(cast.manager)
    page = client.get(reverse("imports:detail", args=[run.pk]))
    assert len(page.context["rejected"]) == 500
    assert "601" in page.text
    csv = client.get(reverse("imports:rejected", args=[run.pk]))
    lines = b"".join(csv.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 602
    assert lines[1] == f"'=客户.csv,7,缺少电话号码。 {reasons.text('name_missing')}"


def test_pages_cost_the_same_for_many_runs(cast, client, django_assert_max_num_queries):
    for _n in range(60):
        make_run(cast)
    client.force_login(cast.manager)
    client.get(reverse("imports:list"))
    with django_assert_max_num_queries(20):
        client.get(reverse("imports:list"))


@pytest.mark.parametrize("name", ["imports:detail", "imports:rejected"])
def test_another_stores_run_does_not_exist(cast, client, run, name):
    for manager in (
        person(Role.SERVICE_MANAGER, cast.other_store, cast.group, "other-manager"),
        person(Role.SERVICE_MANAGER, cast.foreign_store, cast.foreign_store.group, "foreign-manager"),
    ):
        client.force_login(manager)
        assert client.get(reverse(name, args=[run.pk])).status_code == 404


def test_only_administrators_and_service_managers_see_imports(cast, client, run):
    allowed = set()
    for role, user in cast.roles.items():
        client.force_login(user)
        if client.get(reverse("imports:detail", args=[run.pk])).status_code == 200:
            allowed.add(role)
    assert allowed == {Role.ADMINISTRATOR, Role.SERVICE_MANAGER}
    assert ImportRun.objects.visible_to(cast.stranger).count() == 0

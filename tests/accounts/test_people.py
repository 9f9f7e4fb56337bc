"""The operator page."""

from apps.accounts.models import User

NEW = {
    "name": "李琴", "username": "liqin", "role": "service_advisor", "email": "", "phone": "",
    "is_active": "on", "first_password": "Nine-lifts-and-3-bays",
}  # fmt: skip


def test_the_administrator_adds_a_person_who_must_change_the_first_password(cast, client):
    client.force_login(cast.administrator)
    assert client.post("/people/new/", NEW | {"store": cast.store.pk}).status_code == 302
    assert User.objects.get(username="liqin").must_change_password


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(cast, client):
    client.force_login(cast.administrator)
    response = client.post("/people/new/", NEW | {"username": "Cashier", "store": cast.store.pk})
    assert response.status_code == 422
    assert "李琴" in response.content.decode()
    assert "username" in response.context["form"].errors
    assert User.objects.filter(name="李琴").count() == 0


def test_a_stale_form_shows_both_values_and_saves_nothing(cast, client):
    client.force_login(cast.administrator)
    url = f"/people/{cast.advisor.pk}/"
    stale = client.get(url).context["form"]["version"].value()
    data = NEW | {
        "username": "service_advisor",
        "store": cast.store.pk,
        "version": stale,
        "first_password": "",
    }
    assert client.post(url, data | {"name": "First"}).status_code == 302
    response = client.post(url, data | {"name": "Second"})
    assert response.status_code == 422
    assert {"theirs": "First", "mine": "Second"}.items() <= response.context["form"].stale[0].items()
    assert User.objects.get(pk=cast.advisor.pk).name == "First"
    again = data | {"name": "Second", "version": response.context["form"]["version"].value()}
    assert client.post(url, again).status_code == 302


def test_the_administrator_cannot_lock_himself_out(cast, client):
    client.force_login(cast.administrator)
    data = NEW | {"username": "administrator", "store": cast.store.pk, "version": 0, "first_password": ""}
    response = client.post(f"/people/{cast.administrator.pk}/", data)
    assert "role" in response.context["form"].errors


def test_an_administrator_of_another_house_sees_none_of_ours(cast, client):
    cast.stranger.role = "administrator"
    cast.stranger.save()
    client.force_login(cast.stranger)
    assert client.get(f"/people/{cast.advisor.pk}/").status_code == 404
    assert "service_advisor" not in client.get("/people/").content.decode()

"""Consent is bound to a frozen, hashed version of what the customer saw."""

import json
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from apps.core.money import fen
from apps.customers.models import Recommendation
from apps.desk.models import Event, File, Link, PdfJob, Task
from apps.messaging.models import Message
from apps.messaging.words import Words
from apps.parts import services as stock
from apps.reception.models import Visit
from apps.workorders import selectors, services
from apps.workorders.models import Authorisation, OrderVersion, canonical, seal
from tests.workorders.factories import (
    labour,
    make_authorised_order,
    make_order,
    part,
    sign,
    signature_png,
)
from tests.workorders.refusals import code_of

D = Decimal
PHONE = {
    "method": "phone",
    "given_by": "Wang Jianguo",
    "phone": "+8613800001111",
    "said": "Yes, do the brake pads.",
}


def by_hand(cast, **word):
    """A signature on screen."""
    return {
        "method": "signature",
        "given_by": "Wang",
        "signature": signature_png(),
        "by": cast.advisor,
    } | word


class TestFrozen:
    def test_the_content_is_canonical_json_without_floats(self, cast):
        version = services.freeze(make_order(cast), by=cast.advisor)
        text = canonical(version.content).decode()
        assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        with pytest.raises(TypeError, match="float"):
            canonical({"amount": [{"a": 1.5}]})

    def test_the_hash_does_not_depend_on_the_order_of_keys_and_survives_the_database(self, cast):
        version = services.freeze(make_order(cast), by=cast.advisor)
        turned = dict(reversed(list(version.content.items())))
        assert seal(version.template_version, turned) == version.sha256
        assert OrderVersion.objects.get().is_intact()
        assert len(version.sha256) == 64

    def test_another_wording_of_the_form_gives_another_hash(self, cast):
        version = services.freeze(make_order(cast), by=cast.advisor)
        assert seal("another", version.content) != version.sha256

    def test_freezing_twice_without_a_change_gives_the_same_version(self, cast):
        order = make_order(cast)
        assert services.freeze(order, by=cast.advisor) == services.freeze(order, by=cast.manager)

    @pytest.mark.parametrize(
        "change",
        [
            lambda o, by: services.edit_line(o.lines.first(), by=by, reason="worn"),
            lambda o, by: services.change_options(o, by=by, old_parts="keep"),
            lambda o, by: services.change_options(o, by=by, customer_words="noise"),
            lambda o, by: services.remove_line(o.lines.first(), by=by),
        ],
    )
    def test_every_change_the_customer_would_see_makes_a_new_version(self, cast, change):
        order = make_order(cast)
        first = services.freeze(order, by=cast.advisor)
        change(order, cast.advisor)
        second = services.freeze(order, by=cast.advisor)
        assert (second.number, second.sha256 != first.sha256) == (2, True)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE workorders_orderversion SET content = '{}'",
            "UPDATE workorders_orderversion SET sha256 = 'x'",
            "UPDATE workorders_orderversion SET total = 0",
            "DELETE FROM workorders_orderversion",
            "UPDATE workorders_authorisation SET given_by = 'somebody else'",
            "DELETE FROM workorders_authorisation",
        ],
    )
    def test_psql_cannot_change_what_was_signed(self, cast, statement):
        make_authorised_order(cast)
        with (
            pytest.raises(IntegrityError, match="never changed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    def test_the_proof_finds_content_that_was_tampered_with(self, cast):
        make_authorised_order(cast)
        assert selectors.version_differences() == []
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(
                "UPDATE workorders_orderversion "
                "SET content = jsonb_set(content, '{totals,total}', '\"1.00\"')"
            )
            cursor.execute("SET session_replication_role = DEFAULT")
        assert len(selectors.version_differences()) == 1


class TestSigned:
    def test_a_signature_authorises_every_line_lets_the_parts_go_and_takes_the_car_in(self, cast):
        order = make_order(cast)
        assert code_of(order.lines.first().require_authorised) == "unauthorised_line"
        part_line = order.lines.get(kind="part")
        assert code_of(stock.issue, part_line.demand, by=cast.parts_clerk) == "not_released"
        sign(cast, order)
        assert order.status == "authorised"
        version = order.versions.get()
        assert {line.authorised_in for line in order.lines.all()} == {version}
        assert {line.agreed_amount for line in order.lines.all()} == {
            line.amount for line in order.lines.all()
        }
        order.lines.first().require_authorised()
        stock.issue(order.lines.get(kind="part").demand, by=cast.parts_clerk)
        order.visit.refresh_from_db()
        assert order.visit.status == Visit.Status.IN_HOUSE
        assert PdfJob.objects.get(kind="workorders.order").object_id == version.pk
        assert version.authorisation.signature.read() == signature_png()

    def test_names_and_words_are_kept_apart_from_the_impersonal_facts(self, cast):
        order = make_order(cast)
        services.authorise(services.freeze(order, by=cast.advisor), by=cast.advisor, **PHONE)
        event = Event.objects.get(kind="workorder.consented")
        assert "Wang" not in json.dumps(event.facts)
        assert event.personal["given_by"] == "Wang Jianguo"
        assert event.facts["sha256"] == order.versions.get().sha256

    def test_what_has_changed_since_it_was_shown_cannot_be_signed(self, cast):
        order = make_order(cast)
        version = services.freeze(order, by=cast.advisor)
        services.edit_line(order.lines.first(), quantity=D(9), by=cast.advisor)
        assert code_of(services.authorise, version, **by_hand(cast)) == "version_stale"
        order.refresh_from_db()
        assert order.status == "estimate"
        assert not Authorisation.objects.exists()

    def test_a_version_is_answered_once(self, cast):
        order = make_authorised_order(cast)
        version = order.versions.get()
        assert code_of(services.authorise, version, **by_hand(cast)) == "already_answered"

    @pytest.mark.parametrize("picture", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n", "blank", "huge"])
    def test_an_empty_or_unreadable_signature_is_refused(self, cast, picture):
        from io import BytesIO

        from PIL import Image

        if picture == "blank":
            buffer = BytesIO()
            Image.new("RGBA", (300, 100), (0, 0, 0, 0)).save(buffer, "PNG")
            picture = buffer.getvalue()
        elif picture == "huge":
            picture = signature_png() + b"x" * 300_000
        version = services.freeze(make_order(cast), by=cast.advisor)
        assert code_of(services.authorise, version, **by_hand(cast, signature=picture)) == "unsigned"
        assert not File.objects.exists()

    def test_consent_has_a_name(self, cast):
        version = services.freeze(make_order(cast), by=cast.advisor)
        assert code_of(services.authorise, version, **by_hand(cast, given_by=" ")) == "name_missing"

    def test_an_order_with_nothing_open_needs_no_consent(self, cast):
        order = make_authorised_order(cast)
        version = services.freeze(order, by=cast.advisor)
        assert code_of(services.authorise, version, **by_hand(cast)) == "nothing_to_authorise"

    def test_clients_may_freeze_and_sign_in_one_step_but_not_what_they_did_not_show(self, cast):
        order = make_order(cast)
        shown = services.freeze(order, by=cast.advisor).number
        services.edit_line(order.lines.first(), quantity=D(9), by=cast.advisor)
        word = by_hand(cast)
        assert code_of(services.authorise_now, order, shown=shown, **word) == "version_stale"
        consent = services.authorise_now(order, shown=shown + 1, **word)
        assert consent.version.number == shown + 1


class TestByPhone:
    def test_who_when_which_number_and_what_was_said_are_recorded(self, cast):
        version = services.freeze(make_order(cast), by=cast.advisor)
        consent = services.authorise(version, by=cast.advisor, **PHONE)
        assert (consent.phone, consent.said) == (PHONE["phone"], PHONE["said"])
        assert (consent.taken_by, bool(consent.given_at)) == (cast.advisor, True)

    @pytest.mark.parametrize("missing", ["phone", "said"])
    def test_an_incomplete_record_is_refused(self, cast, missing):
        version = services.freeze(make_order(cast), by=cast.advisor)
        word = PHONE | {missing: " "}
        assert code_of(services.authorise, version, by=cast.advisor, **word) == "phone_incomplete"

    def test_a_large_amount_needs_a_second_person(self, cast):
        order = make_order(cast, [part(cast, "1000.01")])
        version = services.freeze(order, by=cast.advisor)
        assert code_of(services.authorise, version, by=cast.advisor, **PHONE) == "witness_missing"
        services.authorise(version, by=cast.advisor, witness="Li Na", **PHONE)

    def test_at_the_limit_it_does_not(self, cast):
        version = services.freeze(make_order(cast, [part(cast, "1000.00")]), by=cast.advisor)
        services.authorise(version, by=cast.advisor, **PHONE)

    def test_psql_cannot_record_consent_by_phone_without_number_or_by_nobody(self, cast):
        version = services.freeze(make_order(cast), by=cast.advisor)
        for fields, name in (
            ({"method": "phone", "given_by": "x"}, "phone_consent_is_recorded"),
            ({"method": "signature", "given_by": "x"}, "signature_is_kept"),
            ({"method": "link", "given_by": ""}, "consent_has_a_name"),
        ):
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                Authorisation.objects.create(version=version, given_at=version.made_at, **fields)


class TestAdditionalWork:
    def test_it_waits_for_its_own_consent_and_the_rest_stays_authorised(self, cast):
        order = make_authorised_order(cast)
        agreed = order.lines.get(kind="labour")
        (new,) = services.add_lines(order, [labour(cast, name="空调滤芯")], by=cast.advisor)
        assert new.is_additional
        assert code_of(new.require_authorised) == "unauthorised_line"
        agreed.refresh_from_db()
        agreed.require_authorised()
        sign(cast, order)
        new.refresh_from_db()
        assert new.authorised_in.number == 2
        agreed.refresh_from_db()
        assert agreed.authorised_in.number == 1
        assert order.status == "authorised"

    def test_lines_are_accepted_and_declined_one_by_one(self, cast):
        order = make_authorised_order(cast)
        yes, no, later = services.add_lines(
            order,
            [labour(cast, name="yes"), part(cast, name="no"), labour(cast, name="later")],
            by=cast.advisor,
        )
        total = order.total
        version = services.freeze(order, by=cast.advisor)
        consent = services.authorise(
            version, **by_hand(cast, given_by="Wang", accepted=[yes.pk], declined=[no.pk])
        )
        for line in (yes, no, later):
            line.refresh_from_db()
        assert [line.state for line in (yes, no, later)] == ["authorised", "declined", "waiting"]
        assert (no.declined_by, no.demand.state) == ("Wang", "cancelled")
        assert consent.amount == yes.amount
        order.refresh_from_db()
        assert order.total == total - no.amount
        assert Recommendation.objects.get().text == "no"
        assert selectors.total_differences() == []

    def test_a_declined_line_cannot_be_changed_removed_or_answered_again(self, cast):
        order = make_authorised_order(cast)
        (line,) = services.add_lines(order, [labour(cast)], by=cast.advisor)
        services.decline_lines(order, [line.pk], given_by="Wang", by=cast.advisor)
        line.refresh_from_db()
        assert code_of(services.edit_line, line, quantity=D(1), by=cast.advisor) == "line_declined"
        assert code_of(services.remove_line, line, by=cast.advisor) == "line_declined"
        again = {"given_by": "Wang", "by": cast.advisor}
        assert code_of(services.decline_lines, order, [line.pk], **again) == "version_stale"

    def test_declining_safety_in_person_needs_a_name(self, cast):
        order = make_authorised_order(cast)
        (line,) = services.add_lines(order, [labour(cast, is_safety_relevant=True)], by=cast.advisor)
        nameless = {"given_by": "", "by": cast.advisor}
        assert code_of(services.decline_lines, order, [line.pk], **nameless) == "name_missing"
        services.decline_lines(order, [line.pk], given_by="Wang", by=cast.advisor)
        assert Recommendation.objects.get().is_safety_relevant

    def test_lines_of_another_order_cannot_be_answered(self, cast):
        order = make_order(cast)
        other = make_order(cast).lines.first()
        version = services.freeze(order, by=cast.advisor)
        for word in ({"accepted": [other.pk]}, {"declined": [other.pk]}):
            assert code_of(services.authorise, version, **by_hand(cast, **word)) == "version_stale"

    def test_an_estimate_of_which_nothing_is_accepted_is_declined_instead(self, cast):
        order = make_order(cast)
        version = services.freeze(order, by=cast.advisor)
        everything = list(order.lines.values_list("pk", flat=True))
        word = by_hand(cast, declined=everything)
        assert code_of(services.authorise, version, **word) == "nothing_accepted"


class TestLink:
    def test_it_is_sent_at_once_and_awaited_by_the_advisor(self, cast):
        order = make_order(cast, contact_phone="+8613900000001")
        _link, url = services.send_link(order, by=cast.advisor)
        message = Message.objects.get(kind="workorder.consent_link")
        assert (message.phone, message.params["url"]) == ("+8613900000001", url)
        assert Task.objects.get(kind="workorders.consent").owner == cast.advisor
        sign(cast, order)
        assert not Task.objects.filter(kind="workorders.consent", done_at=None).exists()

    def test_a_newer_link_withdraws_the_older(self, cast):
        order = make_order(cast)
        old, _url = services.send_link(order, by=cast.advisor)
        services.edit_line(order.lines.first(), quantity=D(2), by=cast.advisor)
        new, _url = services.send_link(order, by=cast.advisor)
        assert set(Link.objects.filter(withdrawn_at=None)) == {new}
        assert Link.objects.get(pk=old.pk).withdrawn_at

    def test_a_message_about_a_withdrawn_or_answered_link_is_not_sent(self, cast):
        from apps.core.registry import registry

        order = make_order(cast)
        services.send_link(order, by=cast.advisor)
        message = Message.objects.get()
        kind = registry.messages["workorder.consent_link"]
        assert kind.decide(message) == ""
        assert message.params["url"] in Words().of(message, None).text
        sign(cast, order)
        assert kind.decide(message) == "The customer has answered already"
        Link.objects.update(withdrawn_at=message.created_at)
        assert kind.decide(message) == "The link has been withdrawn"

    def test_there_is_nothing_to_send_when_nothing_waits(self, cast):
        order = make_authorised_order(cast)
        assert code_of(services.send_link, order, by=cast.advisor) == "nothing_to_authorise"


def test_psql_cannot_leave_a_safety_decline_without_a_name_nor_consent_without_its_amount(cast):
    line = make_order(cast, [labour(cast, is_safety_relevant=True)]).lines.get()
    version = services.freeze(line.order, by=cast.advisor)
    for fields, name in (
        ({"declined_at": version.made_at}, "safety_decline_has_a_name"),
        ({"authorised_in": version}, "consent_names_its_amount"),
        (
            {
                "authorised_in": version,
                "agreed_amount": fen(1),
                "declined_at": version.made_at,
                "declined_by": "x",
            },
            "declined_line_is_not_authorised",
        ),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            type(line).objects.filter(pk=line.pk).update(**fields)

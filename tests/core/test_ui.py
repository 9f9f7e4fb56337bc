"""The signs: what the tags and filters of ``ui`` draw, and what they refuse."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation

from apps.core import clock, samples
from apps.core.when import day_words, span, words

NOW = datetime(2026, 11, 25, 2, 15, tzinfo=UTC)  # Wednesday 10:15 in Shanghai
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _fixed_now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def english():
    with translation.override("en"):
        yield


def draw(source: str, **context) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


# Icons


def test_an_icon_is_inlined_and_hidden_from_readers():
    drawn = draw('{% icon "car" %}')
    assert drawn.startswith("<svg")
    assert 'aria-hidden="true"' in drawn
    assert "M5 17a2 2" in drawn


def test_a_named_icon_speaks_and_escapes_its_name():
    drawn = draw('{% icon "car" "" label %}', label='a "car"')
    assert 'aria-label="a &quot;car&quot;"' in drawn
    assert "aria-hidden" not in drawn


@pytest.mark.parametrize("name", ["no-such-icon", "../outline/car", "car.svg", ""])
def test_an_unknown_icon_is_refused(name):
    with pytest.raises(TemplateSyntaxError):
        draw("{% icon name %}", name=name)


# Plates


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("浙A12345", "blue"),
        ("浙a·d12345", "green"),
        ("浙A1234警", "white"),
        ("粤Z1234港", "black"),
        ("使014578", "black"),
        ("浙A1234挂", "yellow"),
        ("nonsense", "plain"),
    ],
)
def test_a_plate_wears_the_colour_of_its_kind(text, colour):
    assert f"plate-{colour}" in draw("{% plate text %}", text=text)


def test_a_large_vehicle_says_itself_that_its_plate_is_yellow():
    assert "plate-yellow" in draw('{% plate "浙B99888" kind="yellow" %}')


def test_a_masked_plate_shows_no_more_than_its_end():
    drawn = draw('{% plate "浙A12345" masked=True %}')
    assert "**345" in drawn
    assert "12345" not in drawn


def test_a_vehicle_without_a_plate_says_so(english):
    assert "no plate" in draw("{% plate text %}", text="")


def test_a_plate_escapes_what_is_typed():
    assert "<b>" not in draw("{% plate text %}", text="<b>")


# Stages and badges


def test_every_stage_has_one_tone_an_icon_and_words(english):
    tones = {
        "waiting": "wait",
        "reception": "work",
        "repair": "work",
        "approval": "block",
        "parts": "block",
        "quality": "work",
        "wash": "work",
        "ready": "ready",
        "late": "late",
    }
    for code, tone in tones.items():
        drawn = draw("{% stage code %}", code=code)
        assert f"badge-{tone}" in drawn
        assert "<svg" in drawn
    assert "waiting for parts" in draw('{% stage "waiting_parts" %}')


@pytest.mark.parametrize("source", ['{% stage "flying" %}', '{% badge "x" "pink" %}'])
def test_an_unknown_stage_or_tone_is_refused(source):
    with pytest.raises(TemplateSyntaxError):
        draw(source)


# Money, phones, dates


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("1234.5"), '<span class="cny">¥</span>1,234.50'),
        (Decimal("-42.5"), '−<span class="cny">¥</span>42.50'),
        (0, '<span class="cny">¥</span>0.00'),
        (None, "–"),
    ],
)
def test_money_has_two_decimals_and_a_true_minus(amount, text):
    assert text in draw("{{ amount|money }}", amount=amount)


def test_a_masked_phone_cannot_be_called():
    drawn = draw("{{ p|masked_phone }}", p="+8613812345678")
    assert "138****5678" in drawn
    assert "tel:" not in drawn
    assert 'href="tel:+8613812345678"' in draw("{{ p|phone }}", p="+8613812345678")


@pytest.mark.parametrize(
    ("moment", "spoken"),
    [
        (NOW + 4 * HOUR, "today 14:15"),
        (NOW + 24 * HOUR, "tomorrow 10:15"),
        (NOW - 24 * HOUR, "yesterday 10:15"),
        (NOW + 48 * HOUR, "Fri 10:15"),
        (NOW - 48 * HOUR, "Mon 10:15"),
        (NOW + 7 * 24 * HOUR, "next Wed 10:15"),
        (NOW - 7 * 24 * HOUR, "last Wed 10:15"),
        (NOW + 30 * 24 * HOUR, "25 Dec 10:15"),
        (NOW + 40 * 24 * HOUR, "4 Jan 2027 10:15"),
        # 16:30 UTC is the next day in Shanghai.
        (datetime(2026, 11, 25, 16, 30, tzinfo=UTC), "tomorrow 00:30"),
    ],
)
def test_a_date_is_said_as_people_say_it(english, moment, spoken):
    assert words(moment, NOW) == spoken


def test_a_day_has_no_time(english):
    assert words(date(2026, 11, 27), NOW) == "Fri"
    assert day_words(date(2026, 11, 25), date(2026, 11, 25)) == "today"


def test_the_exact_moment_is_in_the_title():
    drawn = draw("{{ at|when }}", at=NOW)
    assert 'title="2026-11-25 10:15:00"' in drawn
    assert drawn.startswith("<time")


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(0, "0 min"), (59, "59 min"), (60, "1 h"), (80, "1 h 20 min"), (1440, "1 day"), (3000, "2 days 2 h")],
)
def test_a_span_is_said_by_its_two_largest_units(english, minutes, text):
    assert span(timedelta(minutes=minutes)) == text
    assert span(-timedelta(minutes=minutes)) == text


@pytest.mark.parametrize(
    ("context", "tone", "text"),
    [
        ({"at": NOW + 3 * HOUR}, "", "3 h left"),
        ({"at": NOW + HOUR / 2}, "block", "30 min left"),
        ({"at": NOW - HOUR}, "late", "1 h late"),
        ({"at": NOW + 3 * HOUR, "expected": NOW + 4 * HOUR}, "block", "expected 14:15"),
        ({"at": NOW - HOUR, "done": NOW - 2 * HOUR}, "ready", "on time"),
        ({"at": NOW - 2 * HOUR, "done": NOW - HOUR}, "late", "1 h late"),
    ],
)
def test_a_promise_shows_what_is_left_of_it(english, context, tone, text):
    drawn = draw(
        "{% promised at done_at=done expected_at=expected %}", **{"done": None, "expected": None} | context
    )
    assert text in drawn
    assert (f"promised-{tone}" in drawn) if tone else ("promised-" not in drawn)


def test_faces_carry_the_end_of_a_chinese_name_and_initials_of_a_latin_one():
    assert ">修远<" in draw("{% avatar name %}", name="欧阳修远")
    assert ">AS<" in draw("{% avatar name %}", name="Anna Schmidt")


# Fields


class Form(forms.Form):
    plate = forms.CharField(help_text="As on the car")
    km = forms.IntegerField()
    arrival_at = forms.DateTimeField(widget=forms.DateTimeInput)
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    waits = forms.BooleanField(required=False)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def test_a_field_ties_help_and_error_to_its_control():
    form = Form({"plate": ""})
    drawn = draw("{% field form.plate %}", form=form)
    assert 'aria-describedby="id_plate_help id_plate_error"' in drawn
    assert 'id="id_plate_help"' in drawn
    assert 'id="id_plate_error"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert '<label class="label" for="id_plate"' in drawn


def test_what_was_typed_into_a_number_stays_even_when_it_is_none():
    drawn = draw("{% field form.km suffix='km' %}", form=Form({"km": "8x"}))
    assert 'type="text"' in drawn
    assert 'value="8x"' in drawn
    assert 'inputmode="numeric"' in drawn


def test_a_moment_uses_the_browsers_picker_in_the_only_format_it_reads():
    drawn = draw("{% field form.arrival_at %}", form=Form(initial={"arrival_at": NOW}))
    assert 'type="datetime-local"' in drawn
    assert 'value="2026-11-25T10:15"' in drawn
    assert drawn.count("type=") == 1


def test_radios_stand_in_a_fieldset_with_their_choice_kept():
    drawn = draw("{% field form.kind look='segmented' %}", form=Form({"kind": "b"}))
    assert drawn.startswith("<fieldset")
    assert "<legend" in drawn
    assert 'class="segmented"' in drawn
    assert 'value="b" checked' in drawn
    assert 'value="a" checked' not in drawn


def test_extra_attributes_reach_the_control():
    drawn = draw("{% field form.plate hx_get='/x/' class='plate-input' %}", form=Form())
    assert 'hx-get="/x/"' in drawn
    assert 'class="form-control plate-input"' in drawn


def test_form_errors_link_to_each_wrong_field_and_say_what_is_wrong_with_the_whole():
    form = Form({"kind": "a"})
    form.add_error(None, "Taken <b>")
    drawn = draw("{% form_errors form %}", form=form)
    assert "Taken &lt;b&gt;" in drawn
    assert 'href="#id_plate"' in drawn
    assert 'role="alert"' in drawn
    assert draw("{% form_errors form %}", form=Form()) == ""


def test_a_refused_sample_keeps_what_was_typed():
    assert samples.refused_form()["odometer_km"].value() == "8x"


# Lists and figures


def test_the_pager_keeps_the_filters_and_drops_the_old_cursor(english):
    request = RequestFactory().get("/orders/", {"state": "open", "after": "old"})
    page = {"previous": None, "next": "n1", "total": 10000, "capped": True}
    drawn = draw("{% pager page %}", request=request, page=page)
    assert 'href="?state=open&amp;after=n1"' in drawn
    assert "old" not in drawn
    assert "More than 10000 records" in drawn
    assert 'aria-disabled="true"' in drawn


def test_an_empty_state_says_what_to_do_first():
    drawn = draw('{% empty "car" "No cars" "Book one" "/new/" "New" %}')
    assert "No cars" in drawn
    assert "Book one" in drawn
    assert 'href="/new/"' in drawn


def test_a_sparkline_needs_two_figures_and_ends_in_a_point():
    assert "polyline" in draw("{% sparkline values %}", values=[1, 2, 2])
    assert "polyline" not in draw("{% sparkline values %}", values=[1])
    assert "points" in draw("{% sparkline values %}", values=[3, 3])


def test_a_meter_is_a_progress_with_a_label():
    assert '<progress class="meter meter-late" value="38.5" max="100" aria-label="Express">' in draw(
        '{% meter 38.5 100 "late" "Express" %}'
    )


def test_drawing_a_row_asks_the_database_nothing():
    # No database mark on this file: a query would fail the test.
    assert draw(
        "{% plate p %}{% stage s %}{% promised at %}{{ m|money }}", p="浙A12345", s="repair", at=NOW, m=1
    )

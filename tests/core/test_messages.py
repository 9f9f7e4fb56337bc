"""Translations: every message is found, kept, compiled, and missing ones are named."""

import gettext
import os
from pathlib import Path

import polib
import pytest
from django.core.management import CommandError, call_command

from apps.core import catalogues, i18n
from apps.core.i18n import Message, Unreadable

PYTHON = """
from django.utils import translation
from django.utils.translation import gettext_lazy as _, ngettext, pgettext_lazy as p, npgettext

plain = _("Work order")
joined = _("One sentence "
           "in two literals.")
plus = _("Left " + "right")
several = ngettext("%(n)d job", "%(n)d jobs", 3)
meaning = p("of a car", "Plate")
both = npgettext("of a car", "%(n)d key", "%(n)d keys", 2)
by_module = translation.gettext("By module")
not_ours = other("Not a message")
known_elsewhere = _(label)
built = _(f"Order {number}")
formatted = _("Order {}".format(number))
"""

TEMPLATE = """{% load i18n %}
<h1>{% trans "Work orders" %}</h1>
<p>{% translate "Ready" context "of a car" %}
{{ _("In a variable") }} {% include "x" with label=_("In a tag") %}</p>
{% blocktranslate trimmed count n=jobs|length %}
  {{ n }} job
  left
{% plural %}
  {{ n }} jobs
  left
{% endblocktranslate %}
{% blocktranslate with name=order.name %}100% of {{ name }}{% endblocktranslate %}
{# {% trans "Not shown" %} #}
{% comment %}{% trans "Not shown either" %}{% endcomment %}
"""


def messages(found) -> set[tuple[str | None, str, str | None]]:
    return {(each.context, each.msgid, each.plural) for each in found if isinstance(each, Message)}


@pytest.fixture
def house(tmp_path, settings) -> Path:
    """A project with two rooms and a page of the frame."""
    for room in ("core", "workorders"):
        (tmp_path / "apps" / room).mkdir(parents=True)
        (tmp_path / "apps" / room / "__init__.py").touch()
    (tmp_path / "templates/workorders").mkdir(parents=True)
    (tmp_path / "dms").mkdir()
    settings.BASE_DIR = tmp_path
    put(
        tmp_path,
        "apps/core/menu.py",
        '_("Search")\n_("Hello, %(name)s")\nngettext("%(n)d car", "%(n)d cars", 2)\n',
    )
    put(tmp_path, "apps/workorders/models.py", '_("Search")\n_("Work order")\n')
    (tmp_path / "templates/base.html").write_text('{% load i18n %}{% trans "Skip to content" %}')
    (tmp_path / "templates/workorders/list.html").write_text('{% load i18n %}{% trans "Work orders" %}')
    return tmp_path


def put(root: Path, name: str, body: str) -> None:
    imports = "from django.utils.translation import gettext_lazy as _, ngettext\n"
    (root / name).write_text(imports + body, "utf-8")


def translate(root: Path, room: str, **words: str) -> None:
    """Fill a room's file: msgid → Chinese; everything else gets a stand-in with the same placeholders."""
    po = polib.pofile(str(catalogues.po_path(root, room)))
    for entry in po:
        text = words.get(entry.msgid.replace(" ", "_"), f"译 {entry.msgid_plural or entry.msgid}")
        if entry.msgid_plural:
            entry.msgstr_plural = {0: text}
        else:
            entry.msgstr = text
    po.save()


def complaints(root: Path) -> list[str]:
    return [str(each) for each in catalogues.check(root, i18n.rooms(root)) if not each.is_warning]


def test_python_messages_are_found_by_what_their_names_were_imported_as():
    found = list(i18n.from_python(PYTHON, "models.py"))
    assert messages(found) == {
        (None, "Work order", None),
        (None, "One sentence in two literals.", None),
        (None, "Left right", None),
        (None, "%(n)d job", "%(n)d jobs"),
        ("of a car", "Plate", None),
        ("of a car", "%(n)d key", "%(n)d keys"),
        (None, "By module", None),
    }
    assert [each.place for each in found if isinstance(each, Unreadable)] == ["models.py:15", "models.py:16"]


def test_template_messages_are_found_as_their_tags_look_them_up():
    found = list(i18n.from_template(TEMPLATE, "list.html"))
    assert messages(found) == {
        (None, "Work orders", None),
        ("of a car", "Ready", None),
        (None, "In a variable", None),
        (None, "In a tag", None),
        (None, "%(n)s job left", "%(n)s jobs left"),
        (None, "100%% of %(name)s", None),
    }
    assert next(each.place for each in found if each.msgid == "Work orders") == "list.html:2"


def test_a_template_that_cannot_be_read_is_named():
    (found,) = i18n.from_template(
        "{% load i18n %}{% blocktranslate %}{% url 'x' %}{% endblocktranslate %}", "a.html"
    )
    assert isinstance(found, Unreadable)
    assert found.place == "a.html"


def test_writing_gives_each_room_its_own_words_and_the_frame_to_core(house):
    call_command("messages", "--write", verbosity=0)
    core = {entry.msgid for entry in polib.pofile(str(catalogues.po_path(house, "core")))}
    workorders = {entry.msgid for entry in polib.pofile(str(catalogues.po_path(house, "workorders")))}
    assert core == {"Search", "Hello, %(name)s", "%(n)d car", "Skip to content"}
    assert workorders == {"Search", "Work order", "Work orders"}


def test_a_file_is_sorted_and_carries_no_places_and_no_dates(house):
    catalogues.write(house, ["core"])
    text = catalogues.po_path(house, "core").read_text("utf-8")
    msgids = [line for line in text.splitlines() if line.startswith("msgid ")][1:]
    assert msgids == sorted(msgids)
    assert "#:" not in text
    assert "Date" not in text


def test_writing_again_changes_nothing_and_touches_no_file(house):
    catalogues.write(house, ["core"])
    translate(house, "core")
    path = catalogues.po_path(house, "core")
    catalogues.write(house, ["core"])
    text = path.read_text("utf-8")
    os.utime(path, ns=(1, 1))
    catalogues.write(house, ["core"])
    assert path.read_text("utf-8") == text
    assert path.stat().st_mtime_ns == 1


def test_translations_are_kept_and_unused_ones_dropped(house):
    catalogues.write(house, ["core"])
    translate(house, "core", Search="搜索")
    put(house, "apps/core/menu.py", '_("Search")\n_("New")\n')
    assert catalogues.write(house, ["core"]) == {"core": 1}
    entries = {entry.msgid: entry.msgstr for entry in polib.pofile(str(catalogues.po_path(house, "core")))}
    assert entries == {"Search": "搜索", "New": "", "Skip to content": "译 Skip to content"}


def test_a_new_message_takes_over_what_another_room_says_for_it(house):
    catalogues.write(house, ["core"])
    translate(house, "core", Search="搜索")
    catalogues.write(house, ["workorders"])
    entries = {
        entry.msgid: entry.msgstr for entry in polib.pofile(str(catalogues.po_path(house, "workorders")))
    }
    assert entries == {"Search": "搜索", "Work order": "", "Work orders": ""}


def test_a_complete_house_passes(house):
    call_command("messages", "--write", verbosity=0)
    translate(house, "core")
    translate(house, "workorders")
    call_command("messages", "--check")
    assert complaints(house) == []


def test_missing_empty_fuzzy_and_unused_translations_are_named(house):
    assert any("missing: “Search” (used in apps/core/menu.py:2)" in each for each in complaints(house))
    catalogues.write(house, ["core", "workorders"])
    assert any("empty: “Search”" in each for each in complaints(house))
    translate(house, "core")
    translate(house, "workorders")
    assert complaints(house) == []
    po = polib.pofile(str(catalogues.po_path(house, "core")))
    next(entry for entry in po if entry.msgid == "Search").flags.append("fuzzy")
    po.append(polib.POEntry(msgid="Gone", msgstr="没有了"))
    po.save()
    assert [each.partition(": ")[2] for each in complaints(house)] == [
        "fuzzy: “Search”",
        "no longer used: “Gone”",
    ]


@pytest.mark.parametrize("words", ["你好", "你好，%(nom)s", "你好，%(name)d", "你好，{name}"])
def test_other_placeholders_than_the_source_are_named(house, words):
    catalogues.write(house, ["core", "workorders"])
    translate(house, "workorders")
    translate(house, "core", **{"Hello,_%(name)s": words})
    (complaint,) = complaints(house)
    assert "placeholders differ" in complaint
    with pytest.raises(CommandError, match="placeholders differ"):
        call_command("messages", "--check")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("50% of bays", "工位的50%"),
        ("100%% of %(n)s", "%(n)s 的 100%%"),
        ("%(a)s or %(a)s", "%(a)s"),
        ("{a} is", "是{a}"),
    ],
)
def test_what_is_no_placeholder_or_only_repeats_one_is_no_difference(house, source, words):
    put(house, "apps/core/menu.py", f'_("{source}")\n')
    catalogues.write(house, ["core"])
    translate(house, "core", **{source.replace(" ", "_"): words})
    assert list(catalogues._check_room(house, "core")) == []


def test_rooms_that_disagree_on_one_message_are_warned_of(house, capsys):
    catalogues.write(house, ["core", "workorders"])
    translate(house, "core", Search="搜索")
    translate(house, "workorders", Search="查找")
    call_command("messages", "--check", no_color=True)
    assert "“Search” is “搜索” in core and “查找” in workorders" in capsys.readouterr().err


def test_compiling_builds_what_is_out_of_date_and_nothing_else(house):
    catalogues.write(house, ["core"])
    translate(house, "core", Search="搜索", **{"%(n)d_car": "%(n)d 辆车"})
    assert catalogues.compile_all(house) == 1
    assert catalogues.compile_all(house) == 0
    mo = catalogues.po_path(house, "core").with_suffix(".mo")
    with mo.open("rb") as file:
        built = gettext.GNUTranslations(file)
    assert built.gettext("Search") == "搜索"
    assert built.ngettext("%(n)d car", "%(n)d cars", 2) == "%(n)d 辆车"
    assert list(mo.parent.glob("*.new")) == []


def test_an_unknown_room_is_refused(house):
    with pytest.raises(CommandError, match="no room named garden"):
        call_command("messages", "garden", "--check")

"""The template linter: each rule refuses its case and lets the right way pass."""

import pytest

from scripts import lint_templates

LAYERS = {"core": 0, "accounts": 1, "desk": 2, "customers": 3, "workorders": 4, "board": 5, "portal": 5}


def messages(source: str, name: str = "templates/workorders/list.html") -> list[str]:
    return [f"{line}: {message}" for line, message in lint_templates.findings(source, name, LAYERS)]


@pytest.mark.parametrize(
    "source",
    [
        '<h1>{% trans "Orders" %}</h1>',
        "<p>{% blocktranslate trimmed with n=count %}\n{{ n }} orders\n{% endblocktranslate %}</p>",
        '<a title="{% trans "Open" %}" href="/x/" class="btn btn-primary" data-order="a">{{ order }}</a>',
        "<p>{% comment %}Words for the next reader{% endcomment %}{# and here #}</p>",
        "<!-- words -->",
        "<td>{{ odometer }} km</td><td>1,234.50 · 60 % · 0.5 h · N-3 · N+15</td>",
        "<td>浙A·12345</td><td>浙A·1234警 LSVAG2180E2100001</td>",
        "<kbd>Ctrl</kbd> <code>manage.py</code> &nbsp;&middot;",
        '<div{% if order.late %} class="late"{% endif %}>{% if a < b and b > c %}1{% endif %}</div>',
        "<option value={{ value }}>{{ label }}</option>",
        '<button lang="en">English</button><button lang="zh-hans">中文</button>',
        '{% block card_class %}narrow{% endblock card_class %}{% block title %}{% trans "x" %}{% endblock %}',
        '<script src="/static/x.js"></script>',
        '<script type="application/json" id="x">{"a": "b"}</script>',
        '{% include "components/empty.html" with title=_("No orders yet") icon="car" %}',
        '<input type="text" placeholder="1,234.50" value="{{ value }}">',
    ],
)
def test_the_right_way_passes(source):
    assert messages(source) == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("<h1>\n\nOrders</h1>", "3: untranslated text: Orders"),
        ("<h1>工单</h1>", "1: untranslated text: 工单"),
        ("<h1>浙A·12345 到店</h1>", "1: untranslated text: 浙A·12345 到店"),
        ("{% if x %}<b>{{ n }} orders</b>{% endif %}", "1: untranslated text: orders"),
        ("{% block title %}Orders{% endblock %}", "1: untranslated text: Orders"),
        ('<html lang="{{ code }}"><p>Orders</p></html>', "1: untranslated text: Orders"),
        ('<p lang="{{ code }}">Orders</p>', "1: untranslated text: Orders"),
        ('<a title="Open">1</a>', "1: untranslated attribute title: Open"),
        ('<img alt="A car {{ x }}">', "1: untranslated attribute alt: A car"),
        ('<input placeholder="车牌">', "1: untranslated attribute placeholder: 车牌"),
        ('<button aria-label="Close"></button>', "1: untranslated attribute aria-label: Close"),
        ('<input type="submit" value="Save">', "1: untranslated attribute value: Save"),
        ('{% include "x.html" with title="No orders" %}', '1: untranslated argument title="No orders"'),
        ("{% icon 'x' '关闭' %}", "1: Chinese inside a tag: {% icon 'x' '关闭' %}"),
        ('<p style="top: 1px">1</p>', "1: style attribute; use a class, or set positions from a script"),
        (
            '<p{% if x %} style="top: {{ x }}px"{% endif %}>1</p>',
            "1: style attribute; use a class, or set positions from a script",
        ),
        ("<script>go()</script>", "1: inline script; put it into static/js/"),
        ('<script type="module">go()</script>', "1: inline script; put it into static/js/"),
        ("<style>p { top: 0 }</style>", "1: inline style sheet; put it into static/css/"),
        (
            '<p hx-on:click="go()">1</p>',
            "1: hx-on:click; the policy forbids it, listen in static/js/",
        ),
        ('<p onclick="go()">1</p>', "1: inline handler onclick; listen in static/js/"),
        ('<a href="javascript:go()">1</a>', "1: script in href"),
    ],
)
def test_the_wrong_way_is_named_with_its_line(source, message):
    assert messages(source) == [message]


@pytest.mark.parametrize(
    ("name", "tag", "room"),
    [
        ("templates/customers/detail.html", '{% include "workorders/_card.html" %}', "workorders"),
        ("templates/customers/detail.html", "{% url 'workorders:detail' order.pk %}", "workorders"),
        ("templates/customers/detail.html", '{% extends "board/base.html" %}', "board"),
        ("templates/customers/detail.html", '{% static "js/workorders.js" %}', "workorders"),
        ("templates/base.html", '{% url "workorders:list" %}', "workorders"),
        ("templates/includes/top.html", '{% include "customers/_search.html" %}', "customers"),
    ],
)
def test_a_later_room_is_not_named(name, tag, room):
    (message,) = messages(f"\n{tag}", name)
    assert message.startswith("2: ")
    assert message.endswith(f"must not name the later room {room}")


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("templates/workorders/detail.html", '{% include "customers/_card.html" %}'),
        ("templates/workorders/detail.html", '{% include "workorders/_line.html" %}'),
        ("templates/workorders/detail.html", '{% include "components/empty.html" %}'),
        ("templates/workorders/detail.html", "{% url 'customers:detail' 1 %}{% url 'set_language' %}"),
        ("templates/base.html", '{% url "accounts:logout" %}'),
        ("templates/customers/detail.html", "{% comment %}{% url 'workorders:list' %}{% endcomment %}"),
    ],
)
def test_earlier_rooms_and_the_own_room_may_be_named(name, tag):
    assert messages(tag, name) == []


def test_a_sheet_for_the_printer_may_carry_its_style():
    assert messages("<style>p { top: 0 }</style>", "templates/workorders/pdf/order.html") == []


def test_plain_text_templates_are_read_as_text():
    assert messages("{% trans 'Hello' %}\n< b\n", "templates/messaging/mail.txt") == [
        "2: untranslated text: < b"
    ]


def test_the_exit_code_tells(tmp_path, capsys):
    (tmp_path / "templates").mkdir()
    (tmp_path / "pyproject.toml").write_text(
        '[[tool.importlinter.contracts]]\nid = "rooms"\nlayers = ["(board) | (portal)", "(desk)", "core"]\n'
    )
    assert lint_templates.room_layers(tmp_path) == {"core": 0, "desk": 1, "board": 2, "portal": 2}
    assert lint_templates.main([str(tmp_path)]) == 0
    (tmp_path / "templates/a.html").write_text("<p>Words</p>")
    assert lint_templates.main([str(tmp_path)]) == 1
    assert capsys.readouterr().out == "templates/a.html:1: untranslated text: Words\n"

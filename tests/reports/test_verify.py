"""The command that recomputes what the rows must bear out."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.core import clock
from apps.desk import seals
from apps.desk.models import Event, File
from apps.parts.models import StockItem
from apps.workorders.models import WorkOrder
from tests.money.factories import make_receivable
from tests.parts.factories import make_stock
from tests.workorders.factories import labour, make_authorised_order

pytestmark = pytest.mark.django_db


def verify(*args: str) -> str:
    out = StringIO()
    call_command("verify", *args, stdout=out)
    return out.getvalue()


def refused(*args: str) -> str:
    out = StringIO()
    with pytest.raises(CommandError, match="1 difference"):
        call_command("verify", *args, stdout=out)
    return out.getvalue()


def issue(cast, data: bytes = b"receipt") -> File:
    return File.issue(
        data, name="r.txt", mime="text/plain", kind="x", about=cast.store, store=cast.store, by=None
    )


def test_a_house_in_order_is_said_to_be_in_order(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_receivable(cast)
    make_stock(cast)
    make_authorised_order(cast, [labour(cast)])
    issue(cast)
    assert seals.seal_due(clock.now())
    lines = verify().splitlines()
    assert len(lines) == 6
    assert all(line.endswith("in order") for line in lines)


def test_a_total_that_is_not_the_sum_of_its_lines_is_named(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    order = make_authorised_order(cast, [labour(cast)])
    WorkOrder.objects.filter(pk=order.pk).update(total=order.total + 1)
    assert order.number in refused()


def test_history_that_was_altered_after_its_seal_is_named(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_authorised_order(cast, [labour(cast)])
    seals.seal_due(clock.now())
    Event.objects.filter(pk=Event.objects.latest("pk").pk).update(reason="nobody said that")
    assert "an event in it was altered" in refused()


def test_stock_that_its_movements_do_not_bear_out_is_named(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    item = make_stock(cast)
    StockItem.objects.filter(pk=item.pk).update(on_hand=item.on_hand + 1)
    assert f"stock item {item.pk}" in refused()


@pytest.mark.parametrize("harm", ["alter", "remove", "shorten"])
def test_a_file_that_is_not_what_was_kept_is_named(cast, settings, tmp_path, harm):
    settings.MEDIA_ROOT = tmp_path
    file = issue(cast)
    if harm == "alter":
        file.path.write_bytes(b"another")
    elif harm == "remove":
        file.path.unlink()
    else:
        File.objects.filter(pk=file.pk).update(size=1)
    assert str(file.pk) in refused()


def test_only_the_newest_files_are_read_unless_all_are_asked_for(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    old = issue(cast)
    issue(cast, b"newer")
    old.path.unlink()
    assert "files: in order" in verify("--files", "1")
    assert str(old.pk) in refused("--files", "0")

"""The order form on paper: what was signed, with its hash on the face."""

import re
import subprocess
from decimal import Decimal

import pytest
from django.utils import translation

from apps.desk import pdf
from apps.desk.models import PdfJob
from apps.workorders import papers, services
from tests.workorders.factories import (
    labour,
    make_authorised_order,
    make_order,
    part,
    sign,
    signature_png,
)


def text_of(data: bytes, tmp_path) -> str:
    """What the document says."""
    path = tmp_path / "order.pdf"
    path.write_bytes(data)
    return subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True, text=True
    ).stdout


def printed(order, tmp_path, kind="workorders.order") -> str:
    job = PdfJob.objects.filter(kind=kind, object_id=order.versions.last().pk).get()
    return text_of(pdf.make(job).read(), tmp_path)


def test_the_signed_form_carries_lines_totals_hash_and_page_numbers(cast, tmp_path):
    order = make_authorised_order(
        cast, [labour(cast, "1.5", name="更换前刹车片"), part(cast, "458", name="前刹车片")]
    )
    text = printed(order, tmp_path)
    version = order.versions.get()
    folded = re.sub(r"\s", "", text)
    for expected in (
        "任务委托书",
        order.number,
        order.vehicle.vin,
        "更换前刹车片",
        "458.00",
        "约定条款",
        version.sha256,
        "1/1",
    ):
        assert expected in folded
    version.refresh_from_db()
    assert version.pdf.name == f"{order.number}-v1.pdf"


def test_an_estimate_is_not_called_an_order(cast, tmp_path):
    order = make_order(cast)
    services.freeze(order, by=cast.advisor, paper=True)
    text = printed(order, tmp_path, "workorders.estimate")
    assert "估价" in text
    assert "任务委托书" not in text


def test_declined_lines_are_taken_off_what_was_ordered(cast):
    order = make_authorised_order(cast)
    yes, no = services.add_lines(order, [labour(cast, "1.0"), labour(cast, "2.0")], by=cast.advisor)
    sign(cast, order, accepted=[yes.pk], declined=[no.pk])
    context = papers.context(order.versions.get(number=2).pk)
    order.refresh_from_db()
    assert context["declined_total"] == no.amount
    assert context["ordered_total"] == order.total


def test_the_signature_is_on_the_sheet_and_nothing_is_fetched(cast):
    order = make_authorised_order(cast)
    context = papers.context(order.versions.get().pk)
    assert context["signature"].startswith("data:image/png;base64,")
    assert context["consent"].signature.read() == signature_png()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_sixty_lines_run_over_several_pages_in_both_languages(cast, tmp_path, language):
    order = make_authorised_order(cast, [part(cast, str(Decimal(n)), name=f"part {n}") for n in range(1, 61)])
    PdfJob.objects.update(language=language)
    with translation.override("en"):
        text = printed(order, tmp_path)
    assert "part 60" in text
    assert "3/3" in re.sub(r"\s", "", text)

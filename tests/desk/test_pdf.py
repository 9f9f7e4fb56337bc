"""Paper: documents wear our style sheet and fetch nothing from outside."""

import logging

import pytest
from django.template import Context, Template

from apps.desk.pdf import to_pdf

DOCUMENT = (
    '{% extends "print.html" %}{% load ui %}'
    '{% block heading %}W{% endblock %}{% block content %}{% plate "浙AD12345" %}{{ 12|money }}{% endblock %}'
)


def test_a_document_finds_its_style_sheet(caplog):
    with caplog.at_level(logging.ERROR, logger="weasyprint"):
        pdf = to_pdf(Template(DOCUMENT).render(Context({"copy": 2})))
    assert pdf.startswith(b"%PDF")
    assert caplog.records == []


@pytest.mark.parametrize("address", ["http://example.invalid/a.png", "file:///etc/hostname", "/media/a.png"])
def test_a_document_may_not_fetch_from_outside(address):
    with pytest.raises(OSError, match="Error fetching"):
        to_pdf(f'<img src="{address}">')

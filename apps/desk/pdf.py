"""Making PDF documents in a worker."""

import mimetypes
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation

from apps.core import clock
from apps.core.registry import PdfKind, registry
from apps.desk.models import File, PdfJob


def _fetcher() -> Any:
    """WeasyPrint's fetcher: our own static files and embedded data, nothing from the network."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # heavy, and absent without pango

    class OurFiles(URLFetcher):
        def fetch(self, url: str, headers: dict | None = None) -> URLFetcherResponse:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            path = urlsplit(url).path
            ours = path.startswith(settings.STATIC_URL)
            found = finders.find(path.removeprefix(settings.STATIC_URL)) if ours else None
            if not found:
                raise ValueError(f"Documents may not fetch {url}")
            mime = mimetypes.guess_type(found)[0] or "application/octet-stream"
            return URLFetcherResponse(url, Path(found).read_bytes(), {"Content-Type": mime})

    return OurFiles(fail_on_errors=True)


def to_pdf(html: str) -> bytes:
    """The PDF of ``html``. Raises OSError without pango, and when it names a file that is not ours."""
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError

    buffer = BytesIO()
    try:
        HTML(string=html, base_url="http://documents.invalid/", url_fetcher=_fetcher()).write_pdf(buffer)
    except FatalURLFetchingError as error:  # a BaseException: it would end the worker
        raise OSError(str(error)) from error
    return buffer.getvalue()


def make(job: PdfJob) -> File:
    """Render ``job`` and keep the bytes; afterwards the renderer's ``done`` hears of the file."""
    kind: PdfKind = registry.pdfs[job.kind]
    with translation.override(job.language):
        context = kind.context(job.object_id)
        html = render_to_string(kind.template, context | {"printed_at": clock.now()})
        name = kind.file_name(context)
    file = File.issue(
        to_pdf(html),
        name=name,
        mime="application/pdf",
        kind=job.kind,
        about=job,
        store=job.store_id,
        by=job.requested_by,
    )
    File.objects.filter(pk=file.pk).update(subject=job.subject)
    job.file = file
    job.error = ""
    job.save(update_fields=["file", "error"])
    if kind.done:
        kind.done(job.object_id, file)
    return file


def make_due(limit: int = 20) -> int:
    """Make what is due, one after the other; a failure is kept on its row and tried again."""
    for count in range(limit):
        job = PdfJob.objects.claim(clock.now())
        if job is None:
            return count
        try:
            make(job)
        except Exception as error:  # whatever a template or a font does, the queue goes on
            job.error = f"{type(error).__name__}: {error}"[:500]
            job.due_at = clock.now() + timedelta(seconds=10 * 2**job.attempts)
            job.save(update_fields=["error", "due_at"])
    return limit

"""Files leave only after a permission check."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from apps.accounts.access import require_perm
from apps.core.registry import registry
from apps.desk.models import File

INLINE = {"image/jpeg", "image/png", "image/webp", "application/pdf"}


def file_response(file: File) -> HttpResponse:
    """The bytes with their type; anything that is not a picture or a PDF is a download."""
    response = HttpResponse(file.read(), content_type=file.mime)
    disposition = content_disposition_header(file.mime not in INLINE, file.name)
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


@require_GET
@require_perm("desk.use")
def file_detail(request: HttpRequest, pk: str) -> HttpResponse:
    """GET /files/<id>/ → the bytes, if the file's kind is open to this person."""
    file = get_object_or_404(File.objects.visible_to(request.user), pk=pk)
    kind = registry.files.get(file.kind)
    if kind is None or not kind.allowed(request.user, file):
        raise Http404
    return file_response(file)

"""The customer's copy of the reception slip."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from apps.accounts.access import require_perm
from apps.desk.models import File, Link, PdfJob
from apps.desk.views.files import file_response
from apps.reception import drawing, selectors, services
from apps.reception.models import Visit, WalkAround


@require_POST
@require_perm("reception.receive")
def slip_link_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/slip-link/ → the address to hand over; it is shown once, only its digest is kept."""
    visit = get_object_or_404(Visit.objects.visible_to(request.user).for_pages(), pk=pk)
    url = services.issue_slip_link(visit, by=request.user)
    return render(request, "reception/slip_link.html", {"visit": visit, "url": url})


def slip_public(request: HttpRequest, link: Link) -> HttpResponse:
    """GET /l/<token>/ → the slip on a phone; ``?photo=`` a mark's photo, ``?pdf=1`` the document."""
    visit = get_object_or_404(Visit.objects.for_pages(), pk=link.object_id, store=link.store)
    walk = get_object_or_404(WalkAround.objects.select_related("signature"), visit=visit)
    marks = selectors.marks_of(visit)
    pdf = PdfJob.objects.filter(kind="reception.slip", object_id=walk.pk).select_related("file").first()
    if wanted := request.GET.get("photo"):
        photos = {str(m.pk): m.photo for m in marks if m.photo}
        if wanted == "signature" and walk.signature:
            photos["signature"] = walk.signature
        return _file(photos.get(wanted))
    if request.GET.get("pdf"):
        return _file(pdf.file if pdf else None)
    context = {
        "visit": visit,
        "walk": walk,
        "marks": marks,
        "pdf": pdf if pdf and pdf.file_id else None,
        "store": link.store,
        "zones": drawing.ZONES.values(),
    }
    return render(request, "reception/slip.html", context)


def _file(file: File | None) -> HttpResponse:
    if file is None:
        raise Http404
    return file_response(file)

"""The list of tomorrow's new cars, pasted or chosen: looked at first, then planned."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from apps.accounts.access import require_perm
from apps.core import sheets
from apps.desk.once import once, renew_token
from apps.handover import listing


class ListForm(forms.Form):
    """The list itself; a file wins."""

    text = forms.CharField(
        label=gettext_lazy("Paste the list"),
        required=False,
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "wrap": "off"}),
    )
    file = forms.FileField(label=gettext_lazy("Or choose the file"), required=False)

    def clean_file(self) -> list[list[str]] | None:
        file = self.cleaned_data["file"]
        sheets.refuse_large(file)
        return sheets.of_file(file.name, file) if file else None

    def cells(self) -> list[list[str]]:
        """The rows of a valid form."""
        return self.cleaned_data["file"] or list(sheets.of_text(self.cleaned_data["text"]))


@require_http_methods(["GET", "POST"])
@require_perm("handover.plan")
@once
def list_create(request: HttpRequest) -> HttpResponse:
    """GET, POST /handovers/list/ ``text`` or ``file`` → each row judged; with ``go`` the good ones planned.

    What could not be planned stays in the box to be mended and given again; what is planned is left out.
    """
    user = request.user
    if user.store is None:
        raise PermissionDenied
    if request.method == "GET":
        return _page(request, ListForm())
    form = ListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        heading, rows = listing.judge(form.cells(), user, user.store)
    except ValidationError as error:
        form.add_error("text", error)
        return _page(request, form, status=422)
    count = listing.enter(rows, user, user.store) if "go" in request.POST else 0
    if count:
        said = ngettext("%(n)d handover is planned.", "%(n)d handovers are planned.", count)
        messages.success(request, said % {"n": count})
    left = [row for row in rows if row.handover is None and not (count and row.is_there)]
    if count and not left:
        return redirect("handover:list")
    kept = ListForm(initial={"text": sheets.as_text([heading, *(row.cells for row in left)])})
    renew_token(request)
    return _page(request, kept, rows=left, good=sum(row.is_good for row in left))


def _page(request: HttpRequest, form: ListForm, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"form": form, "example": listing.LABELS.values(), "most": listing.MOST, **more}
    return render(request, "handover/list_new.html", context, status=status)

"""Errors of the API as RFC 9457 problem documents."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from apps.core.errors import DomainError


def problem(status: int, detail: object, code: str, /, **extra: object) -> dict:
    """The members of a problem document; ``extra`` adds our own (``fields``, ``alternatives``)."""
    return {
        **extra,
        "type": f"about:blank#{code}",
        "title": code,
        "status": status,
        "detail": str(detail),
    }


def exception_handler(exc: Exception, context: dict) -> Response | None:
    """DRF's hook: every refusal leaves as problem JSON; unknown errors go on to Django."""
    headers: dict[str, str] = {}
    match exc:
        case DomainError():
            body = problem(409, exc.message, exc.code, **exc.extra)
        case Http404():
            body = problem(
                404,
                _("There is no such record, or it is not yours to see."),
                "not_found",
            )
        case PermissionDenied():
            body = problem(403, _("Your role may not do this."), "forbidden")
        case ValidationError():
            fields = exc.message_dict if hasattr(exc, "error_dict") else {"": exc.messages}
            body = problem(400, _("Some fields need correcting."), "invalid", fields=fields)
        case exceptions.ValidationError():
            body = problem(400, _("Some fields need correcting."), "invalid", fields=exc.detail)
        case exceptions.APIException():
            body = problem(exc.status_code, exc.detail, exc.default_code)
            if exc.status_code == 401:
                headers["WWW-Authenticate"] = getattr(exc, "auth_header", "Token")
        case _:
            return None
    set_rollback()
    return Response(
        body,
        status=body["status"],
        headers=headers,
        content_type="application/problem+json",
    )

"""API noun: callbacks. Every call to a customer, with the verbs of the call's page."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import RolePermission
from apps.accounts.models import User
from apps.callbacks import levels, no_shows, sampling, services, surveys
from apps.callbacks.api.serializers import (
    AttemptSerializer,
    CallbackSerializer,
    FollowUpSerializer,
    NewCarSerializer,
    NextSerializer,
    NoShowSerializer,
    NoteSerializer,
    PostRepairSerializer,
    SampleSerializer,
    SpokenToSerializer,
)
from apps.callbacks.asking import questionnaire_of
from apps.callbacks.forms import NewCarForm, SurveyForm
from apps.calls.models import Call
from apps.core import clock
from apps.desk.once import IdempotentMixin
from apps.handover import services as handover

COMPLETIONS: dict[str, type[serializers.Serializer]] = {
    services.POST_REPAIR: PostRepairSerializer,
    handover.N15: FollowUpSerializer,
    levels.LEVEL_1: NewCarSerializer,
    levels.LEVEL_2: NewCarSerializer,
    no_shows.NO_SHOW: NoShowSerializer,
    sampling.QUEUE: SampleSerializer,
}
COMPLETION = PolymorphicProxySerializer(
    component_name="Completion",
    serializers=[*dict.fromkeys(COMPLETIONS.values()), SpokenToSerializer],
    resource_type_field_name=None,
)


class CallbackFilter(django_filters.FilterSet):
    """``?queue= &state= &customer= &vehicle= &owner= &subject= &due=true &opens_after= &opens_before=``."""

    due = django_filters.BooleanFilter(method="only_due")
    opens = django_filters.DateFromToRangeFilter(field_name="opens_on")

    class Meta:
        model = Call
        fields: ClassVar = ["queue", "state", "customer", "vehicle", "owner", "subject"]

    def only_due(self, rows: Any, name: str, value: bool) -> Any:
        """To be made now."""
        return rows.due(clock.now()) if value else rows


class CallbackViewSet(IdempotentMixin, viewsets.ReadOnlyModelViewSet):
    """Calls of the reader's stores. ``next`` hands out the most urgent one and locks its customer."""

    permission_classes = (RolePermission,)
    perms: ClassVar = {"list": "calls.see", "retrieve": "calls.see", "*": "calls.make"}
    serializer_class = CallbackSerializer
    filterset_class = CallbackFilter
    queryset = Call.objects.none()

    def get_queryset(self) -> QuerySet[Call]:
        return Call.objects.visible_to(self.request.user).select_related("customer", "vehicle", "store")

    @extend_schema(request=NextSerializer, responses={200: CallbackSerializer, 204: None})
    @action(detail=False, methods=["post"])
    def next(self, request: Request) -> Response:
        """Take the most urgent due call; 204 when nothing is due."""
        queue = self._valid(NextSerializer)["queue"]
        call = Call.objects.claim_next(request.user, queues=[queue] if queue else None)
        return Response(status=status.HTTP_204_NO_CONTENT) if call is None else self._answer(call)

    @extend_schema(request=None, responses=CallbackSerializer)
    @action(detail=True, methods=["post"])
    def claim(self, request: Request, pk: str) -> Response:
        """Take this very call."""
        call = self.get_object()
        call.claim(by=request.user)
        return self._answer(call)

    @extend_schema(request=None, responses=CallbackSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        """Put the customer back."""
        call = self.get_object()
        call.release(by=request.user)
        return self._answer(call)

    @extend_schema(request=AttemptSerializer, responses={201: AttemptSerializer})
    @action(detail=True, methods=["post"])
    def attempts(self, request: Request, pk: str) -> Response:
        """Record one try; saving it completes nothing."""
        call = self.get_object()
        attempt = call.record_attempt(by=request.user, **self._valid(AttemptSerializer))
        return Response(AttemptSerializer(attempt).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=COMPLETION, responses=CallbackSerializer)
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: str) -> Response:
        """The customer was reached and the queue's form is filled in."""
        call = self.get_object()
        said = self._valid(COMPLETIONS.get(call.queue, SpokenToSerializer))
        _complete(call, said, by=request.user)
        return self._answer(call)

    @extend_schema(request=NoteSerializer, responses=CallbackSerializer)
    @action(detail=True, methods=["post"])
    def unreached(self, request: Request, pk: str) -> Response:
        """Give up after the second attempt that reached nobody."""
        call = self.get_object()
        call.complete_unreached(by=request.user, **self._valid(NoteSerializer))
        return self._answer(call)

    def _valid(self, kind: Any) -> dict[str, Any]:
        serializer = kind(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _answer(self, call: Call) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=call.pk)).data)


@transaction.atomic
def _complete(call: Call, said: dict[str, Any], *, by: User) -> None:
    match call.queue:
        case services.POST_REPAIR:
            asked = said.pop("answers", None)
            questionnaire = surveys.in_use(by.group_id) if asked else None
            answers = _answers(questionnaire, asked) if asked else None
            services.complete_post_repair(call, said, questionnaire=questionnaire, answers=answers, by=by)
        case handover.N15:
            services.complete_follow_up(call, said, by=by)
        case levels.LEVEL_1 | levels.LEVEL_2:
            levels.complete(call, _judged(NewCarForm(_typed(said), call=call)), by=by)
        case no_shows.NO_SHOW:
            no_shows.complete(call, said, by=by)
        case sampling.QUEUE:
            questionnaire = questionnaire_of(call)
            asked = said.pop("answers", {})
            answers = _answers(questionnaire, asked, is_whole=True) if questionnaire else None
            services.complete_sample(call, said, questionnaire=questionnaire, answers=answers, by=by)
        case _:
            call.complete(by=by, **said)


def _typed(said: dict[str, Any]) -> dict[str, Any]:
    """``said`` as a browser would send it: yes and no in words."""
    words = {True: "yes", False: "no"}
    return {k: words[v] if k == "serviced" and isinstance(v, bool) else v for k, v in said.items()}


def _judged(form: Any) -> dict[str, Any]:
    """What the agent's form makes of it. Raises ValidationError by field."""
    if not form.is_valid():
        raise serializers.ValidationError(dict(form.errors))
    return form.cleaned_data


def _answers(questionnaire: Any, asked: dict[str, Any], *, is_whole: bool = False) -> dict[str, Any]:
    """``asked`` judged as the agent's form judges it. Raises ValidationError by the question's code."""
    if questionnaire is None:
        raise serializers.ValidationError({"answers": _("No survey is in use.")})
    words = {True: "yes", False: "no"}
    typed = {
        f"{SurveyForm.prefix}-{code}": words[value] if isinstance(value, bool) else value
        for code, value in asked.items()
    }
    form = SurveyForm(typed, questionnaire=questionnaire, is_whole=is_whole)
    if unknown := sorted(set(asked) - set(form.fields)):
        raise serializers.ValidationError(
            {"answers": {code: _("There is no such question.") for code in unknown}}
        )
    if not form.is_valid():
        raise serializers.ValidationError({"answers": dict(form.errors)})
    return form.cleaned_data

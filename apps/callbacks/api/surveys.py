"""API noun: surveys."""

from __future__ import annotations

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response as Answered

from apps.accounts.access import RolePermission
from apps.callbacks import surveys
from apps.callbacks.api.serializers import QuestionnaireSerializer, SurveySerializer
from apps.callbacks.models import Response


class SurveyFilter(django_filters.FilterSet):
    """``?questionnaire= &order= &advisor= &channel= &answered_after= &answered_before=``."""

    answered = django_filters.IsoDateTimeFromToRangeFilter(field_name="answered_at")

    class Meta:
        model = Response
        fields: ClassVar = ["questionnaire", "order", "advisor", "channel"]


class SurveyViewSet(viewsets.ReadOnlyModelViewSet):
    """Answered surveys of the reader's stores. They are taken by completing a callback."""

    permission_classes = (RolePermission,)
    perms: ClassVar = {
        "list": "callbacks.see_csi",
        "retrieve": "callbacks.see_csi",
        "questionnaire": "calls.see",
    }
    serializer_class = SurveySerializer
    filterset_class = SurveyFilter
    queryset = Response.objects.none()

    def get_queryset(self) -> QuerySet[Response]:
        rows = Response.objects.visible_to(self.request.user).select_related("questionnaire")
        return rows.prefetch_related("answers__question")

    @extend_schema(responses=QuestionnaireSerializer)
    @action(detail=False, filterset_class=None, pagination_class=None)
    def questionnaire(self, request: Request) -> Answered:
        """The version that is asked now, with its questions."""
        current = surveys.in_use(request.user.group_id)
        if current is None:
            raise Http404
        return Answered(QuestionnaireSerializer(current).data)

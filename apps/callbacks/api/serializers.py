"""Calls to customers and their surveys, as programs see them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers

from apps.callbacks.models import (
    Answer,
    FollowUp,
    NewCarTalk,
    NoShowTalk,
    PostRepair,
    Question,
    Questionnaire,
    Response,
)
from apps.calls.models import Attempt, Call
from apps.calls.queues import QUEUES
from apps.core import phones


class CallbackSerializer(serializers.ModelSerializer):
    """A call. ``phone`` is whole for whoever holds the call, masked for everybody else."""

    phone = serializers.SerializerMethodField()
    plate = serializers.CharField(source="vehicle.plate", read_only=True, default="")

    class Meta:
        model = Call
        fields: ClassVar = [
            "id", "queue", "topic", "subject", "customer", "vehicle", "plate", "phone", "owner", "role",
            "state", "reason", "opens_on", "closes_on", "due_at", "previous_on", "attempt_count",
            "unreached_count", "reached_at", "claimed_by", "claimed_until", "finished_at", "finished_by",
            "person_spoken_to", "note", "days_since_previous",
        ]  # fmt: skip
        read_only_fields = fields

    def get_phone(self, call: Call) -> str:
        number = call.customer_phone or call.customer.phone
        return number if call.is_held_by(self.context["request"].user) else phones.mask(number)


class NextSerializer(serializers.Serializer):
    """Of which queue; of all of them when left out."""

    queue = serializers.CharField(max_length=30, default="", allow_blank=True)

    def validate_queue(self, value: str) -> str:
        if value and value not in QUEUES:
            raise serializers.ValidationError(_("There is no such queue."))
        return value


class AttemptSerializer(serializers.ModelSerializer):
    """One try. ``seen`` is how many attempts the caller knew of; another one in between is refused."""

    seen = serializers.IntegerField(min_value=0, required=False, write_only=True)

    class Meta:
        model = Attempt
        fields: ClassVar = ["id", "outcome", "note", "again_at", "seen", "made_by", "made_at"]
        read_only_fields: ClassVar = ["made_by", "made_at"]


class NoteSerializer(serializers.Serializer):
    """What was said."""

    note = serializers.CharField(max_length=1000, default="", allow_blank=True)


class SpokenToSerializer(serializers.Serializer):
    """Completion of a call whose queue has no form of its own."""

    person_spoken_to = serializers.CharField(max_length=60)
    note = serializers.CharField()


class PostRepairSerializer(serializers.ModelSerializer):
    """Completion of a post-repair callback; ``answers`` by question code when the survey was asked too."""

    person_spoken_to = serializers.CharField(max_length=60)
    answers = serializers.DictField(required=False, allow_empty=True)

    class Meta:
        model = PostRepair
        fields: ClassVar = ["person_spoken_to", "solved", "satisfaction", "suggestions", "answers"]


class FollowUpSerializer(serializers.ModelSerializer):
    """Completion of an N+15 call."""

    person_spoken_to = serializers.CharField(max_length=60)

    class Meta:
        model = FollowUp
        fields: ClassVar = [
            "person_spoken_to", "odometer_km", "condition", "questions", "advice", "outcome",
        ]  # fmt: skip


class NewCarSerializer(serializers.ModelSerializer):
    """Completion of a call of level 1 (``sale``) or level 2 (mileage, ``serviced``, ``product``)."""

    person_spoken_to = serializers.CharField(max_length=60)

    class Meta:
        model = NewCarTalk
        fields: ClassVar = [
            "person_spoken_to", "odometer_km", "mileage_unknown", "condition", "sale", "serviced", "station",
            "product", "note_to_next", "remarks",
        ]  # fmt: skip


class NoShowSerializer(serializers.ModelSerializer):
    """Completion of a call to somebody who did not come."""

    person_spoken_to = serializers.CharField(max_length=60)
    note = serializers.CharField(max_length=1000, default="", allow_blank=True)

    class Meta:
        model = NoShowTalk
        fields: ClassVar = ["person_spoken_to", "reason", "note"]


class SampleSerializer(serializers.Serializer):
    """Completion of a call of the CSI sample: the whole survey by question code, or none if answered."""

    person_spoken_to = serializers.CharField(max_length=60)
    answers = serializers.DictField(required=False, allow_empty=True)


class QuestionSerializer(serializers.ModelSerializer):
    """An item of a questionnaire."""

    class Meta:
        model = Question
        fields: ClassVar = [
            "code", "position", "dimension", "kind", "text_zh", "text_en", "weight", "in_index",
            "is_required", "ends_on_no", "options", "after", "after_answer",
        ]  # fmt: skip
        read_only_fields = fields


class QuestionnaireSerializer(serializers.ModelSerializer):
    """The version in use."""

    questions = QuestionSerializer(many=True, read_only=True)

    class Meta:
        model = Questionnaire
        fields: ClassVar = ["id", "code", "version", "name", "state", "questions"]
        read_only_fields = fields


class AnswerSerializer(serializers.ModelSerializer):
    """One raw answer: exactly one of ``score``, ``nps``, ``yes``, ``choice``, ``text``."""

    question = serializers.CharField(source="question.code", read_only=True)

    class Meta:
        model = Answer
        fields: ClassVar = ["question", "score", "nps", "yes", "choice", "text"]
        read_only_fields = fields


class SurveySerializer(serializers.ModelSerializer):
    """One customer's answers about one order: what every score is computed from."""

    answers = serializers.SerializerMethodField()
    version = serializers.IntegerField(source="questionnaire.version", read_only=True)

    class Meta:
        model = Response
        fields: ClassVar = [
            "id", "questionnaire", "version", "order", "handover", "call", "advisor", "technician",
            "consultant", "channel", "taken_by", "answered_at", "ended_by", "answers",
        ]  # fmt: skip
        read_only_fields = fields

    def get_answers(self, response: Response) -> list[dict[str, Any]]:
        return list(AnswerSerializer(response.answers.all(), many=True).data)

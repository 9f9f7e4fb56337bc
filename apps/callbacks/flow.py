"""Which questions are asked after which answers.

Pure: the page, the call and the record use the same rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.callbacks.models.questionnaire import HIGH, HIGH_FROM, LOW, LOW_UP_TO, Question

EMPTY = (None, "")


@dataclass(frozen=True)
class Path:
    """The questions that are asked, in order, and the screening question that ended it, if one did."""

    asked: list[Question]
    ended_by: Question | None = None


def path(questions: Iterable[Question], answers: Mapping[str, Any]) -> Path:
    """The way through the questions with ``{code.

    Answer}``; an answer that is not there hides what hangs on it.
    """
    asked: list[Question] = []
    reached: set[str] = set()
    for question in questions:
        if question.after and not (
            question.after in reached and _fits(answers.get(question.after), question.after_answer)
        ):
            continue
        asked.append(question)
        reached.add(question.code)
        if question.ends_on_no and answers.get(question.code) is False:
            return Path(asked, question)
    return Path(asked)


def kept(questions: Iterable[Question], answers: Mapping[str, Any]) -> tuple[dict[str, Any], Path]:
    """What counts of ``answers``: those to questions that were asked, empty ones left out."""
    way = path(questions, answers)
    codes = (question.code for question in way.asked)
    return {code: answers[code] for code in codes if answers.get(code) not in EMPTY}, way


def missing(way: Path, answers: Mapping[str, Any]) -> list[Question]:
    """Questions that must be answered and were not; none once a screening question ended the survey."""
    if way.ended_by is not None:
        return []
    return [q for q in way.asked if q.is_required and answers.get(q.code) in EMPTY]


def _fits(answer: Any, wanted: str) -> bool:
    if answer in EMPTY:
        return False
    if isinstance(answer, bool):
        return wanted == ("yes" if answer else "no")
    if isinstance(answer, int):
        return (wanted == LOW and answer <= LOW_UP_TO) or (wanted == HIGH and answer >= HIGH_FROM)
    return str(answer) == wanted

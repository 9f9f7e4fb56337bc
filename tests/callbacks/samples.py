"""Rows of the cast's store for each address of this room."""

from apps.callbacks import levels
from apps.handover.services import N15
from tests.callbacks.factories import (
    make_draw,
    make_improvement,
    make_post_repair_call,
    make_response,
    make_upload,
)
from tests.calls.factories import make_call
from tests.workorders.factories import make_order

OF_THE_GROUP = {
    "callbacks:questionnaire",
    "callbacks:questionnaire_preview",
    "callbacks:questionnaire_version",
}


def samples(cast) -> dict[str, dict]:
    call, response = make_post_repair_call(cast), make_response(cast, suggestions="好")
    verbs = ("detail", "claim", "release", "attempts", "complete", "unreached")
    return {f"api:callback-{verb}": {"pk": call.pk} for verb in verbs} | {
        "callbacks:post_repair": {"pk": call.pk},
        "callbacks:new_car": {"pk": make_call(cast, queue=levels.LEVEL_2).pk},
        **{
            f"callbacks:questionnaire{verb}": {"pk": response.questionnaire_id}
            for verb in ("", "_preview", "_version")
        },
        "callbacks:sample": {"pk": make_call(cast, queue="csi_sample", about=make_order(cast)).pk},
        "callbacks:draw": {"pk": make_draw(cast).pk},
        "callbacks:improvement": {"pk": make_improvement(cast).pk},
        "callbacks:text_code": {"pk": response.answers.get(question__code="suggestions").pk},
        "callbacks:no_show": {"pk": make_call(cast, queue="no_show").pk},
        "callbacks:upload_repeat": {"pk": make_upload(cast).pk},
        "callbacks:follow_up": {"pk": make_call(cast, queue=N15).pk},
        "callbacks:response": {"pk": response.pk},
        "api:survey-detail": {"pk": response.pk},
    }

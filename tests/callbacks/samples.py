"""Rows of the cast's store for each address of this room."""

from apps.callbacks import services
from tests.callbacks.factories import make_post_repair_call, make_response
from tests.calls.factories import make_call


def samples(cast) -> dict[str, dict]:
    return {
        "callbacks:post_repair": {"pk": make_post_repair_call(cast).pk},
        "callbacks:follow_up": {"pk": make_call(cast, queue=services.N15).pk},
        "callbacks:response": {"pk": make_response(cast).pk},
    }

"""Rows of the cast's store for each address of this room."""

from tests.handover.factories import make_handover

VERBS = ("handover", "tick", "ready", "send_back", "deliver", "replan", "advisor", "cancel")


def samples(cast) -> dict[str, dict]:
    handover = make_handover(cast)
    return {f"handover:{verb}": {"pk": handover.pk} for verb in VERBS}

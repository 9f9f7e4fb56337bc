"""Rows of the cast's store for each address of this room."""

from tests.calls.factories import make_call

VERBS = (
    *("call", "claim", "lease", "release", "attempt", "complete", "unreached"),
    *("promise", "suspend", "resume", "cancel", "dial"),
)


def samples(cast) -> dict[str, dict]:
    call = make_call(cast)
    return {f"calls:{verb}": {"pk": call.pk} for verb in VERBS} | {
        "calls:pbx_hook": {"key": "unknown"},
        "calls:number": {"customer_pk": call.customer_id},
    }

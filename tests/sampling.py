"""Samplings that tests of other things take."""

from shoppable.model.sampling import Sampling

EVERY_FRAME = Sampling(soonest_ms=1, latest_ms=1, settle_ms=0, patience_ms=0, black=0, per_minute=1_000_000)


def every(step_ms: int) -> Sampling:
    """About one frame in so many ms, whatever they show."""
    return EVERY_FRAME.model_copy(update={"soonest_ms": step_ms, "latest_ms": step_ms, "changed": 2.0})

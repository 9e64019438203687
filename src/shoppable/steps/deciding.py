"""What a person says of a match, kept so that later matches learn from it. No step: people decide between runs."""

from dataclasses import dataclass
from datetime import datetime

from shoppable.errors import InvalidInput, NotFound
from shoppable.logic.categories import kind_of
from shoppable.logic.relearning import Tally, by_looks, looks_log_odds, relearn, tallies
from shoppable.model.catalog import Product
from shoppable.model.decision import Decision
from shoppable.model.keys import decision_key, decisions_of, product_key
from shoppable.ports import Records
from shoppable.steps.explaining import explain


@dataclass(frozen=True)
class Decided:
    """A decision that was kept, and what there is of its like now.

    Attributes:
        decision: Itself.
        title: Of the product, as the catalog has it.
        tally: Decisions that could count, on products of its kind and made with its pack.
        learnt: Whether probabilities of that kind follow them from the next analysis on.
    """

    decision: Decision
    title: str
    tally: Tally
    learnt: bool


def keep_decision(
    records: Records,
    tenant: str,
    video_id: str,
    appearance_id: str,
    *,
    right: bool,
    decided_at: datetime,
    run_id: str | None = None,
) -> Decided:
    """Keeps what a person says of an appearance's first candidate, in place of what was said before.

    Args:
        records: Where all is read and written.
        tenant: Whose video it is.
        video_id: Which video.
        appearance_id: One of the ids that the run gave.
        right: Whether the appearance shows that product.
        decided_at: Now.
        run_id: The run that saw it; the video's current one when None.

    Raises:
        NotFound: No such video, no finished run, the run saw no such appearance, or its product left the catalog.
        InvalidInput: There is nothing to decide on: it has no candidate, or kept no evidence.
    """
    explanation = explain(records, tenant, video_id, appearance_id, run_id=run_id)
    seen, catalog, run_id = explanation.appearance, explanation.catalog, explanation.run_id
    if not seen.candidates:
        raise InvalidInput(f"appearance {appearance_id} has no candidate to decide on; choose another")
    candidate = seen.candidates[0]
    if catalog is None or not seen.space or not candidate.signals:
        raise InvalidInput(
            f"run {run_id} kept no evidence of appearance {appearance_id}; give `shoppable analyze` again, and "
            "decide on what it finds"
        )
    product = records.get(product_key(tenant, catalog, candidate.product_id), Product)
    if product is None:
        raise NotFound(
            f"product {candidate.product_id} of appearance {appearance_id} left catalog {catalog}; decide on another"
        )
    row = product.value.row
    decision = Decision(
        catalog=catalog,
        video_id=video_id,
        run_id=run_id,
        appearance_id=appearance_id,
        product_id=candidate.product_id,
        kind=kind_of(row.category, row.title),
        space=seen.space,
        log_odds=looks_log_odds(candidate),
        by_looks=by_looks(candidate),
        right=right,
        decided_at=decided_at,
    )
    records.put(decision_key(tenant, catalog, video_id, run_id, appearance_id), decision)
    made = [entry.value for entry in records.query(decisions_of(tenant, catalog), Decision)]
    return Decided(
        decision=decision,
        title=row.title,
        tally=tallies(made, seen.space).get(decision.kind, Tally()),
        learnt=decision.kind in relearn(made, seen.space),
    )

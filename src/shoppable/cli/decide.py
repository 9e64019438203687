"""`shoppable decide APPEARANCE_ID --video VIDEO_ID --right`."""

from typing import TYPE_CHECKING

import click

from shoppable.cli.options import with_settings
from shoppable.settings import Settings

if TYPE_CHECKING:
    from shoppable.logic.relearning import Tally
    from shoppable.steps.deciding import Decided


@click.command()
@click.argument("appearance_id")
@click.option("--video", "video_id", required=True, metavar="VIDEO_ID", help="Video in which it was seen.")
@click.option("--right/--wrong", required=True, help="Whether its first candidate is what it shows.")
@click.option("--run", "run_id", metavar="RUN_ID", help="Analysis that saw it; the video's current one when left out.")
@with_settings()
def decide(settings: Settings, appearance_id: str, video_id: str, right: bool, run_id: str | None) -> None:
    """Say whether the first candidate of APPEARANCE_ID is right.

    Deciding again replaces what was said. Once there are 50 decisions on products of one kind (such as upper garments),
    5 of each outcome among them, later analyses with that catalog show probabilities that follow them.
    """
    from datetime import UTC, datetime

    from shoppable.steps.deciding import keep_decision
    from shoppable.wiring import open_store

    records = open_store(settings).records
    now = datetime.now(UTC)
    decided = keep_decision(
        records, settings.tenant, video_id, appearance_id, right=right, decided_at=now, run_id=run_id
    )
    said = "is" if right else "is not"
    click.echo(f"kept: {appearance_id} {said} {decided.decision.product_id}, {decided.title}")
    click.echo(_counted(decided))


def _counted(decided: "Decided") -> str:
    from shoppable.logic.explaining import KIND_WORDS

    decision, tally = decided.decision, decided.tally
    plural = "" if tally.total == 1 else "s"
    told = (
        f"{tally.total} decision{plural} on products of its kind ({KIND_WORDS[decision.kind]}) with {decision.catalog}"
    )
    if not decision.by_looks:
        told = f"not by looks alone was it matched, so this one is not counted; {told}"
    if tally.missing:
        return f"{told}; {tally.missing} more until they count{_of_which(tally)}"
    if not decided.learnt:
        return f"{told}; they do not count, as likelier matches were no more often right"
    return f"{told}; they count from the next `shoppable analyze` on"


def _of_which(tally: "Tally") -> str:
    missing = {"--right": tally.missing_right, "--wrong": tally.missing_wrong}
    told = [f"{count} {option}" for option, count in missing.items() if count]
    return f", among them at least {' and '.join(told)}" if told else ""

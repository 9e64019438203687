"""`shoppable publish VIDEO_ID`."""

import click

from shoppable.cli.following import console, follow
from shoppable.cli.options import with_settings
from shoppable.settings import Settings


@click.command()
@click.argument("video_id")
@click.option(
    "--include", type=click.Choice(["similar"]), multiple=True, help="Also offer goods that are only similar."
)
@with_settings()
def publish(settings: Settings, video_id: str, include: tuple[str, ...]) -> None:
    """Publish what was found in VIDEO_ID as a new version of its cue sheet.

    What is offered already is not published again.
    """
    from shoppable.logic.cueing import ShownTier
    from shoppable.model.match import Tier
    from shoppable.pipelines.publish import publish_inputs
    from shoppable.steps.publish import PublishSummary
    from shoppable.wiring import open_house

    tiers: tuple[ShownTier, ...] = (Tier.EXACT, Tier.SIMILAR) if include else (Tier.EXACT,)
    with open_house(settings, f"publish {video_id}") as house:
        inputs = publish_inputs(house.store.records, settings.tenant, video_id, tiers=tiers)
        done = PublishSummary.model_validate(
            follow(house.engine, house.store.events, house.engine.start("publish", inputs))
        )
    said = "published" if done.changed else "nothing new to offer: still"
    console.print(f"{said} version {done.version}: {done.products} products in {done.cues} cues")
    console.print("next: shoppable serve")

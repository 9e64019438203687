"""`shoppable analyze VIDEO --catalog NAME`."""

import json
from pathlib import Path

import click

from shoppable.cli.following import console, follow
from shoppable.cli.options import with_settings
from shoppable.settings import Settings


@click.command()
@click.argument("video", type=click.Path(path_type=Path))
@click.option("--catalog", required=True, metavar="NAME", help="Catalog whose products to look for.")
@click.option("--json", "out", type=click.Path(dir_okay=False, path_type=Path), help="Write what was found here.")
@click.option(
    "--renditions/--no-renditions",
    default=True,
    show_default=True,
    help="Make streams for players in the same pass, once a video. Leaving them out is several times faster.",
)
@with_settings(pack=True)
def analyze(settings: Settings, video: Path, catalog: str, out: Path | None, renditions: bool) -> None:
    """Find a catalog's products in VIDEO, a file.

    The video is kept in the store. Given again, an interrupted analysis goes on, and a finished one is told at once.
    """
    from shoppable.exports.analysis import analysis_document
    from shoppable.model.keys import appearances_prefix, shots_prefix, video_key, video_parts
    from shoppable.model.seen import Appearance
    from shoppable.model.video import Shot, Video
    from shoppable.pipelines.video import analyze_inputs
    from shoppable.steps.video import Analysis
    from shoppable.wiring import open_house

    with open_house(settings, f"analyze {video.name}") as house:
        console.print(f"{video.name} with catalog {catalog}, pack {house.ports.embedder.space.name}")
        inputs = analyze_inputs(house.ports, video, catalog, renditions=renditions)
        run_id = house.engine.start("analyze-video", inputs)
        found = Analysis.model_validate(follow(house.engine, house.store.events, run_id))
        if out is not None:
            records, tenant = house.store.records, settings.tenant
            stored = records.get(video_key(tenant, found.video_id), Video)
            assert stored is not None  # the run that just ended wrote it
            parts, run_id = video_parts(tenant, found.video_id), found.run_id
            document = analysis_document(
                stored.value,
                [entry.value for entry in records.query(parts, Shot, prefix=shots_prefix(run_id))],
                [entry.value for entry in records.query(parts, Appearance, prefix=appearances_prefix(run_id))],
            )
            out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    console.print(
        f"{found.shots} shots, {found.appearances} appearances: [bold]{found.exact} exact[/bold], "
        f"{found.similar} similar, {found.none} refused"
    )
    click.echo(found.video_id)
    console.print(f"next: shoppable publish {found.video_id}")

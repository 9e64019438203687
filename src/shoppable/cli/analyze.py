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
    "--chapters", "vtt", type=click.Path(dir_okay=False, path_type=Path), help="Write chapters here, as WebVTT."
)
@click.option("--fast", is_flag=True, help="Look at keyframes, and shortly after, only: much is missed.")
@click.option(
    "--renditions/--no-renditions",
    default=None,
    help="Make streams for players in the same pass, once a video: the default, but with --fast. "
    "Leaving them out is several times faster.",
)
@with_settings(pack=True)
def analyze(
    settings: Settings,
    video: Path,
    catalog: str,
    out: Path | None,
    vtt: Path | None,
    fast: bool,
    renditions: bool | None,
) -> None:
    """Find a catalog's products in VIDEO, a file.

    The video is kept in the store. Given again, an interrupted analysis goes on, and a finished one is told at once.
    """
    from shoppable.exports.analysis import analysis_document
    from shoppable.exports.chapters import chapters_vtt
    from shoppable.model.keys import appearances_prefix, chapters_prefix, shots_prefix, video_key, video_parts
    from shoppable.model.seen import Appearance
    from shoppable.model.video import Chapter, Shot, Video
    from shoppable.pipelines.video import analyze_inputs
    from shoppable.steps.video import Analysis
    from shoppable.wiring import open_house

    with open_house(settings, f"analyze {video.name}") as house:
        console.print(f"{video.name} with catalog {catalog}, pack {house.ports.embedder.space.name}")
        streams = not fast if renditions is None else renditions
        inputs = analyze_inputs(house.ports, video, catalog, renditions=streams, fast=fast)
        run_id = house.engine.start("analyze-video", inputs)
        found = Analysis.model_validate(follow(house.engine, house.store.events, run_id))
        records, tenant, run_id = house.store.records, settings.tenant, found.run_id
        parts = video_parts(tenant, found.video_id)
        entries = records.query(parts, Chapter, prefix=chapters_prefix(run_id))
        chapters = [entry.value for entry in entries]
        if vtt is not None:
            vtt.write_text(chapters_vtt(chapters), encoding="utf-8")
        if out is not None:
            stored = records.get(video_key(tenant, found.video_id), Video)
            assert stored is not None  # the run that just ended wrote it
            document = analysis_document(
                stored.value,
                [entry.value for entry in records.query(parts, Shot, prefix=shots_prefix(run_id))],
                chapters,
                [entry.value for entry in records.query(parts, Appearance, prefix=appearances_prefix(run_id))],
            )
            out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    console.print(
        f"{found.shots} shots in {found.chapters} chapters, {found.appearances} appearances: "
        f"[bold]{found.exact} exact[/bold], {found.similar} similar, {found.none} refused"
    )
    click.echo(found.video_id)
    console.print(f"next: shoppable publish {found.video_id}")

"""`shoppable ingest FEED --catalog NAME`."""

import shutil
from pathlib import Path

import click

from shoppable.cli.following import console, follow
from shoppable.cli.options import feed_options, with_feed_options, with_settings
from shoppable.settings import Settings


@click.command()
@click.argument("feed")
@click.option("--catalog", required=True, metavar="NAME", help="Catalog to bring in step; made when there is none.")
@click.option(
    "--pictures", type=click.Path(path_type=Path), help="Folder or zip that FEED's picture paths are relative to."
)
@click.option("--rebuild", is_flag=True, help="Look at every picture anew, as after choosing another pack.")
@with_feed_options
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the problems here, as CSV, or as JSON where the name ends in .json.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@with_settings(pack=True)
def ingest(
    settings: Settings,
    feed: str,
    catalog: str,
    pictures: Path | None,
    rebuild: bool,
    format_: str | None,
    mapping: Path | None,
    report: Path | None,
    as_json: bool,
) -> None:
    """Take FEED, a product feed, into a catalog.

    Formats of Google Merchant, Meta and Shopify are known by themselves, and so are gzip and zip.

    FEED is a file or an https link; its pictures are files beside it, or https links. What did not change since the
    last time is not looked at again; products the feed no longer names are removed.
    """
    from shoppable.model.catalog import IngestSummary
    from shoppable.pipelines.catalog import index_inputs
    from shoppable.steps.beside import is_link
    from shoppable.steps.intake import check_catalog_name
    from shoppable.steps.linked_feed import bring_feed, feed_name
    from shoppable.wiring import open_house

    options = feed_options(format_, mapping)
    name = feed_name(feed) if is_link(feed) else Path(feed).name
    with open_house(settings, f"ingest {name}") as house:
        space = house.ports.embedder.space
        console.print(f"{name} into catalog {catalog}, pack {space.name}")
        check_catalog_name(catalog)
        brought = bring_feed(house.ports, feed, catalog, settings.home / "feeds") if is_link(feed) else None
        inputs = index_inputs(
            house.ports,
            catalog,
            brought.path if brought else Path(feed),
            options=options,
            pictures=pictures,
            rebuild=rebuild,
            recheck=brought is None or brought.news,
        )
        run_id = house.engine.start("index-catalog", inputs)
        done = IngestSummary.model_validate(follow(house.engine, house.store.events, run_id))
        if brought:
            brought.taken(house.ports)
        if done.report_key is not None and done.report_json_key is not None:
            report = report or settings.home / "reports" / f"{catalog}.csv"
            report.parent.mkdir(parents=True, exist_ok=True)
            kept = done.report_json_key if report.suffix.lower() == ".json" else done.report_key
            with house.store.blobs.local(kept) as written:
                shutil.copyfile(written, report)
    if as_json:
        click.echo(done.model_dump_json())
    console.print(
        f"{done.rows} rows: {done.added} added, {done.changed} changed, {done.removed} removed, "
        f"{done.unchanged} unchanged, {done.embedded} pictures embedded"
    )
    if done.report_key is not None:
        console.print(f"{done.rejected} rows rejected, {done.warnings} warnings: see {report}")
    console.print(f"next: shoppable analyze VIDEO --catalog {catalog}")

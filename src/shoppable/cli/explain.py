"""`shoppable explain APPEARANCE_ID --video VIDEO_ID`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from shoppable.cli.options import with_settings
from shoppable.errors import NotFound
from shoppable.settings import Settings

if TYPE_CHECKING:
    from shoppable.model.explanation import Considered, Explanation
    from shoppable.ports import Blobs

_IN_DETAIL = 3
_CROPS = 2
_BAR = 10


@click.command()
@click.argument("appearance_id")
@click.option("--video", "video_id", required=True, metavar="VIDEO_ID", help="Video in which it was seen.")
@click.option("--run", "run_id", metavar="RUN_ID", help="Analysis that saw it; the video's current one when left out.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write a PNG: crops beside catalog pictures."
)
@click.option("--json", "as_json", is_flag=True, help="Print the evidence as JSON.")
@with_settings()
def explain(
    settings: Settings, appearance_id: str, video_id: str, run_id: str | None, out: Path | None, as_json: bool
) -> None:
    """Tell why APPEARANCE_ID was matched as it was.

    What was decided, how sure that is and what speaks for and against each candidate. The ids of appearances stand in
    what `shoppable analyze --json` writes.
    """
    from shoppable.steps.explaining import explain as explanation_of
    from shoppable.wiring import open_store

    store = open_store(settings)
    explanation = explanation_of(store.records, settings.tenant, video_id, appearance_id, run_id=run_id)
    if as_json:
        click.echo(explanation.model_dump_json(indent=1))
    else:
        Console(highlight=False, markup=False).print(_told(explanation))
    if out is not None:
        out.write_bytes(_drawn(store.blobs, settings.tenant, explanation))
        click.echo(f"drawn: {out}", err=True)


def _told(explanation: "Explanation") -> Group:
    parts: list[Table | Text] = [_decision(explanation)]
    if explanation.considered:
        parts += [Text(), _candidates(explanation.considered)]
    explained = [each for each in explanation.considered if each.signals]
    for candidate in explained[:_IN_DETAIL]:
        number = explanation.considered.index(candidate) + 1
        parts += [Text(), _signals(number, candidate)]
    if explanation.considered and not explained:
        parts += [Text(), Text("No signals were kept with this match: only what was measured.")]
    return Group(*parts)


def _decision(explanation: "Explanation") -> Table:
    from shoppable.logic.explaining import KIND_WORDS, TIER_WORDS, impairment_words
    from shoppable.model.time import clock

    seen = explanation.appearance
    best = ", ".join(clock(t_ms) for t_ms in seen.view_times_ms)
    revision = "" if explanation.catalog_revision is None else f" at revision {explanation.catalog_revision}"
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, said in (
        ("appearance", f"{seen.appearance_id} of {explanation.video} ({explanation.video_id})"),
        ("decided", f"{seen.tier}: {TIER_WORDS[seen.tier]}, probability {seen.score:.2f}"),
        ("because", seen.reason or "no reason was kept"),
        ("seen", f"{clock(seen.start_ms)} to {clock(seen.end_ms)}, shot {seen.shot_index}, {KIND_WORDS[seen.kind]}"),
        ("how well", impairment_words(seen.impaired)),
        ("best views", best or "none were kept"),
        ("matched by", f"pack {seen.space or 'not kept'}, catalog {explanation.catalog or 'not kept'}{revision}"),
        ("run", explanation.run_id),
    ):
        table.add_row(name, said)
    return table


def _candidates(considered: "tuple[Considered, ...]") -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("", "p", "product", "title", "cosine", "affinity", "details"):
        table.add_column(heading, justify="left" if heading in ("product", "title") else "right")
    for number, each in enumerate(considered, 1):
        table.add_row(
            str(number),
            f"{each.score:.2f}",
            Text(each.product_id),
            Text(each.title or "no longer in the catalog"),
            f"{each.similarity:.2f}",
            f"{100 * each.affinity:.0f} %",
            str(each.inliers or "-"),
            style="bold" if number == 1 else "",
        )
    return table


def _signals(number: int, candidate: "Considered") -> Table:
    from shoppable.logic.explaining import by_weight, signal_words, strength_words

    title = f"{number}. {candidate.product_id}, probability {candidate.score:.2f}"
    table = Table(box=None, show_header=False, pad_edge=False, title=Text(title, "bold"), title_justify="left")
    signals = by_weight(candidate)
    largest = max(abs(value) for _, value in signals)
    for name, value in signals:
        table.add_row(signal_words(name), _bar(value, largest), f"{value:+.2f}", strength_words(value))
    total = sum(value for _, value in signals)
    table.add_row("together", "", f"{total:+.2f}", f"probability {candidate.score:.2f}", style="dim")
    return table


def _bar(value: float, largest: float) -> Text:
    """To the right of the line what speaks for it, to the left what speaks against it."""
    cells = round(abs(value) / largest * _BAR) if largest else 0
    against, on = (cells, 0) if value < 0 else (0, cells)
    return Text.assemble(
        (" " * (_BAR - against) + "█" * against, "red"), ("│", "dim"), ("█" * on + " " * (_BAR - on), "green")
    )


def _drawn(blobs: "Blobs", tenant: str, explanation: "Explanation") -> bytes:
    from shoppable.exports.explanation import Panel, explanation_picture
    from shoppable.logic.explaining import TIER_WORDS, by_weight, measures, signal_words
    from shoppable.model.keys import picture_blob
    from shoppable.model.time import clock

    seen = explanation.appearance
    panels = []
    times = [clock(t_ms) for t_ms in seen.view_times_ms]
    for number, key in enumerate(seen.crop_keys[:_CROPS]):
        at = f"at {times[number]}" if number < len(times) else ""
        panels.append(Panel(f"seen {at}".strip(), (f"{seen.kind}, shot {seen.shot_index}",), _picture(blobs, key)))
    for number, each in enumerate(explanation.considered[:_IN_DETAIL], 1):
        key = "" if each.shown_picture_id is None else picture_blob(tenant, each.shown_picture_id)
        signals = [f"{value:+.2f}  {signal_words(name)}" for name, value in by_weight(each)]
        lines = (each.title or "no longer in the catalog", measures(each), *signals)
        panels.append(Panel(f"{number}. p {each.score:.2f}  {each.product_id}", lines, _picture(blobs, key)))
    if not panels:
        raise NotFound(f"appearance {seen.appearance_id} has neither crops nor candidates to draw; leave --out away")
    title = f"{seen.appearance_id} of {explanation.video}: {seen.tier}, {TIER_WORDS[seen.tier]}, p {seen.score:.2f}"
    return explanation_picture(title, seen.reason, panels)


def _picture(blobs: "Blobs", key: str) -> bytes | None:
    """The bytes of a picture; None when there is none any more."""
    try:
        return blobs.get(key) if key else None
    except NotFound:
        return None

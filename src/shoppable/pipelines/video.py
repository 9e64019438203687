"""ANALYZE_VIDEO: a video in the store becomes appearances, matched with a catalog."""

from pathlib import Path

from pydantic import JsonValue

from shoppable.errors import InvalidInput
from shoppable.model.sampling import Sampling
from shoppable.pipelines.spec import Pipeline, Step
from shoppable.ports import Ports
from shoppable.steps.looking import look
from shoppable.steps.matching import match
from shoppable.steps.renditions import offer, plan_ladder, repack
from shoppable.steps.seeing import see
from shoppable.steps.shelf import catalog_for, learnt_from_decisions
from shoppable.steps.stills import make_stills
from shoppable.steps.video import find_chapters, find_shots, let_in, link_sightings, plan_chunks, probe, store

FAST = Sampling(after_keyframes_ms=600, soonest_ms=400)
"""Reads keyframes, and as much after each as a second look takes: encoders put keyframes at most cuts."""

CHUNK_MS = 60_000
"""About how much video one worker decodes, and one encoder makes."""

ANALYZE_VIDEO = Pipeline(
    name="analyze-video",
    takes=("upload", "catalog", "revision", "decisions", "sampling", "renditions"),
    steps=(
        Step("video", probe, needs=("upload",), machine="media"),
        Step("ladder", plan_ladder, needs=("video", "renditions"), machine="media", options={"chunk_ms": CHUNK_MS}),
        Step("chunks", plan_chunks, needs=("video", "ladder"), options={"chunk_ms": CHUNK_MS}),
        Step(
            "seen",
            see,
            needs=("video", "chunks", "sampling", "ladder"),
            over="chunks",
            machine="vision",
        ),
        Step("stills", make_stills, needs=("video", "seen")),
        Step("repacked", repack, needs=("video", "ladder"), machine="media"),
        Step("streams", offer, needs=("video", "ladder", "chunks", "seen", "repacked"), machine="media"),
        Step("shots", find_shots, needs=("video", "seen")),
        Step("chapters", find_chapters, needs=("seen", "shots")),
        Step("appearances", link_sightings, needs=("video", "seen", "shots")),
        Step("looks", look, needs=("catalog", "appearances"), machine="vision"),
        Step("matches", match, needs=("catalog", "revision", "decisions", "looks")),
        Step("analysis", store, needs=("video", "catalog", "seen", "shots", "chapters", "matches")),
    ),
)


def analyze_inputs(
    ports: Ports, path: Path, catalog: str, *, renditions: bool = False, fast: bool = False
) -> dict[str, JsonValue]:
    """Takes a video file into the store, and gives the inputs of ANALYZE_VIDEO as things stand now.

    Equal inputs are one run: the same file, the catalog as it is now, and what decisions on matches with it taught so
    far, which is nothing while there are few.

    Args:
        ports: Uses blobs, media, records and embedder.
        path: The video file.
        catalog: What to match it with.
        renditions: Whether to make streams for players, too; those that are there already are not made again.
        fast: Whether to look at keyframes, and shortly after them, only.

    Raises:
        NotFound: No such file or catalog.
        InvalidInput: The file is no video that can be worked on, or another pack indexed the catalog; or streams are
            asked for together with `fast`, which does not decode all they are made of.
    """
    if fast and renditions:
        raise InvalidInput("streams need every frame, and --fast reads few: leave one of the two out")
    revision = catalog_for(ports, catalog).revision
    upload = let_in(ports, path)
    learnt = learnt_from_decisions(ports, catalog)
    return {
        "upload": upload.model_dump(mode="json"),
        "catalog": catalog,
        "revision": revision,
        "renditions": renditions,
        "sampling": (FAST if fast else Sampling()).model_dump(mode="json"),
        "decisions": {str(kind): curve.model_dump(mode="json") for kind, curve in learnt.items()},
    }

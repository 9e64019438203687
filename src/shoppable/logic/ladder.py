"""Which sizes a video is offered in, and where its segments begin."""

from collections.abc import Sequence

from shoppable.errors import InvalidInput
from shoppable.model.renditions import Ladder, Rung, Survey
from shoppable.model.video import VideoInfo

MAX_KBPS = {1080: 5000, 720: 2800, 480: 1400, 240: 400}
"""Rungs: shorter side in px, and the most bits they take. Neighbours are a step apart that a viewer notices."""

SEGMENT_MS = 4_000
"""Length of segments that are encoded. Shorter ones start sooner, longer ones need fewer bits."""

MAX_SEGMENT_MS = 10_000
"""Segments of a copied rung begin at keyframes of the file; farther apart than this, it is encoded instead."""

_RECIPE = 1
_BETWEEN = 1.1
_COPIED_RATE = 2.0


def rungs_for(width: int, height: int, max_kbps: dict[int, int] = MAX_KBPS) -> tuple[Rung, ...]:
    """Rungs for pictures of a size, largest first: none larger than the pictures, and always at least one.

    Pictures that lie between two rungs by more than a tenth get a first rung of their own size.

    Args:
        width: Of the upright picture with square pixels, in px.
        height: The same.
        max_kbps: For each rung, named by its shorter side in px, the most bits it takes.

    >>> [(rung.name, rung.width, rung.height) for rung in rungs_for(1280, 720)]
    [('720', 1280, 720), ('480', 852, 480), ('240', 426, 240)]
    >>> [(rung.name, rung.width, rung.height) for rung in rungs_for(201, 357)]
    [('200', 200, 354)]
    """
    short = min(width, height)
    sides = sorted((side for side in max_kbps if side <= short), reverse=True)
    largest = max(max_kbps)
    if not sides or (sides[0] < largest and short > _BETWEEN * sides[0]):
        sides.insert(0, _even(short))
    return tuple(
        Rung(
            name=str(side),
            width=min(_even(width), _even(width * side / short)),
            height=min(_even(height), _even(height * side / short)),
            max_kbps=max_kbps.get(side) or _between_kbps(side, max_kbps),
        )
        for side in sides
    )


def plan(info: VideoInfo, survey: Survey, *, chunk_ms: int, copying: bool = True) -> Ladder:
    """The ladder of a video.

    The first rung is copied when browsers play the file's pictures as they are, they are of that rung's size, take at
    most twice its bits, and have keyframes often enough. Then segments begin where the file's keyframes are.

    Args:
        info: What the file holds.
        survey: What its packets tell.
        chunk_ms: About how much one encoder makes.
        copying: Whether to copy where that can be done.

    Raises:
        InvalidInput: `chunk_ms` is shorter than a segment.
    """
    if chunk_ms < SEGMENT_MS:
        raise InvalidInput(f"chunks of {chunk_ms} ms hold no segment of {SEGMENT_MS} ms: make them longer")
    rungs = rungs_for(info.width, info.height)
    copied = copying and survey.unfit is None and survey.kbps <= _COPIED_RATE * rungs[0].max_kbps
    copied = copied and (rungs[0].width, rungs[0].height) == (info.width, info.height)
    # What begins late is shown from the start.
    starts = (0, *starts_at_keyframes(survey.keyframes_ms)[1:]) if copied else ()
    if not starts or max(b - a for a, b in zip(starts, [*starts[1:], info.duration_ms], strict=True)) > MAX_SEGMENT_MS:
        copied, starts = False, evenly(info.duration_ms)
    return Ladder(rungs=rungs, copied=copied, starts_ms=starts, sound=survey.sound, chunk_ms=chunk_ms, recipe=_RECIPE)


def evenly(duration_ms: int, segment_ms: int = SEGMENT_MS) -> tuple[int, ...]:
    """Starts of segments of equal length; a last one shorter than a quarter joins the one before.

    >>> evenly(9000), evenly(8500), evenly(10)
    ((0, 4000, 8000), (0, 4000), (0,))
    """
    starts = list(range(0, duration_ms, segment_ms)) or [0]
    if len(starts) > 1 and duration_ms - starts[-1] < segment_ms / 4:
        starts.pop()
    return tuple(starts)


def starts_at_keyframes(keyframes_ms: Sequence[int], segment_ms: int = SEGMENT_MS) -> tuple[int, ...]:
    """Starts of segments about `segment_ms` long, chosen from keyframes: the last within 1.5 times that, or the next.

    >>> starts_at_keyframes([0, 1000, 3500, 5000, 6500, 15000])
    (0, 5000, 6500, 15000)
    """
    starts: list[int] = []
    for here, after in zip(keyframes_ms, [*keyframes_ms[1:], None], strict=True):
        if not starts or after is None or after - starts[-1] > 1.5 * segment_ms:
            starts.append(here)
    return tuple(starts)


def nearest_starts(edges_ms: Sequence[int], starts_ms: Sequence[int]) -> list[int]:
    """The starts nearest to some moments, ascending, each once.

    >>> nearest_starts([0, 60_000], [0, 4_200, 58_000, 63_000])
    [0, 58000]
    """
    return sorted({min(starts_ms, key=lambda start: abs(start - edge)) for edge in edges_ms})


def _even(side: float) -> int:
    return max(2, int(side) // 2 * 2)


def _between_kbps(side: int, max_kbps: dict[int, int]) -> int:
    """For a side that is no rung: as many bits a pixel as the nearest rung takes, but not fewer than 100 kbit/s."""
    near = min(max_kbps, key=lambda rung: abs(rung - side))
    return max(100, round(max_kbps[near] * (side / near) ** 2))

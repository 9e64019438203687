"""Which appearances are worth a close look."""

from collections.abc import Collection, Sequence

from shoppable.logic.matching import fits, share_a_place
from shoppable.model.seen import Appearance, Kind

_BRIEF_MS = 600
_LOOKS_A_PLACE = 3


def worth_a_look(appearances: Sequence[Appearance], sold: Collection[Kind]) -> list[int]:
    """Indices of the appearances that may show what is sold, in their order.

    A localizer of things draws many boxes around one: at each place the three that are seen longest and largest are
    enough, and what is gone within half a second is most often nothing.
    """
    fitting = [number for number, each in enumerate(appearances) if any(fits(each.kind, kind) for kind in sold)]
    things = [number for number in fitting if appearances[number].kind is Kind.THING]
    chosen: dict[int, list[Appearance]] = {}
    kept = {number for number in fitting if appearances[number].kind is not Kind.THING}
    for number in sorted(things, key=lambda each: (-_presence(appearances[each]), each)):
        thing = appearances[number]
        beside = [each for each in chosen.get(thing.shot_index, ()) if share_a_place(thing, each)]
        if thing.duration_ms >= _BRIEF_MS and len(beside) < _LOOKS_A_PLACE:
            chosen.setdefault(thing.shot_index, []).append(thing)
            kept.add(number)
    return sorted(kept)


def _presence(appearance: Appearance) -> float:
    """How long and how large a thing is seen: milliseconds times the root of its share of the frame."""
    middle = appearance.boxes[len(appearance.boxes) // 2]
    return appearance.duration_ms * float(middle.area**0.5)

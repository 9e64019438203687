"""Regions know what keeps them from showing well what is in them, and that counts."""

import numpy as np
import pytest

from shoppable.logic.impairing import ORDER, always, impairments, shares
from shoppable.logic.linking import best_views
from shoppable.logic.matching import Limits, decide
from shoppable.model.arrays import Sightings
from shoppable.model.match import Candidate, Tier
from shoppable.model.seen import Impairment, Kind
from shoppable.model.video import Shot

Row = tuple[int, Kind, tuple[float, float, float, float], float]
"""Time, kind, box and sharpness of a sighting."""

SHOT = Shot(index=0, start_ms=0, end_ms=10_000)


def seen(*rows: Row) -> Sightings:
    return Sightings(
        times_ms=np.asarray([row[0] for row in rows], np.int64),
        boxes=np.asarray([row[2] for row in rows], np.float32).reshape(-1, 4),
        kinds=np.asarray([str(row[1]) for row in rows], np.str_),
        confidence=np.ones(len(rows), np.float32),
        sharpness=np.asarray([row[3] for row in rows], np.float32),
        thumbnails=np.zeros((len(rows), 2), np.float32),
    )


def found(*rows: Row) -> list[set[str]]:
    table = impairments(seen(*rows), 1280, 720)
    return [{str(each) for each, said in zip(ORDER, row, strict=True) if said} for row in table]


def test_nothing_seen_is_not_impaired() -> None:
    assert impairments(seen(), 1280, 720).shape == (0, 4)


def test_a_small_region_is_small_in_pixels_of_the_video() -> None:
    box = (0.4, 0.4, 0.45, 0.6)  # 64 x 144 px of 720p
    sightings = seen((0, Kind.UPPER, box, 1))
    assert not impairments(sightings, 1280, 720).any()
    assert shares(impairments(sightings, 640, 360), np.asarray([0])) == {Impairment.SMALL: 1}


@pytest.mark.parametrize("box", [(0, 0.2, 0.5, 0.8), (0.5, 0.2, 1, 0.8), (0.2, 0, 0.5, 0.8), (0.2, 0.2, 0.5, 0.998)])
def test_a_region_at_the_edge_of_the_frame_is_cut_off(box: tuple[float, float, float, float]) -> None:
    assert found((0, Kind.THING, box, 1), (0, Kind.THING, (0.2, 0.2, 0.5, 0.8), 1)) == [{"cut off"}, set()]


def test_blurred_is_what_is_blurred_for_its_kind_in_this_film() -> None:
    box = (0.2, 0.2, 0.5, 0.8)
    sharp = [(t_ms, Kind.UPPER, box, 10.0) for t_ms in range(3)]
    soft = [(t_ms, Kind.LOWER, box, 2.0) for t_ms in range(3)]
    assert found(*sharp, (3, Kind.UPPER, box, 3.0), *soft)[3:] == [{"blurred"}, set(), set(), set()]


def test_who_stands_behind_another_is_covered() -> None:
    behind, front = (0.3, 0.2, 0.5, 0.8), (0.4, 0.25, 0.65, 0.95)
    rows: list[Row] = [
        (0, Kind.WHOLE, behind, 1),
        (0, Kind.UPPER, (0.32, 0.3, 0.5, 0.5), 1),  # nearly half of it lies in the other's box
        (0, Kind.HEAD, (0.33, 0.2, 0.4, 0.3), 1),
        (0, Kind.WHOLE, front, 1),
        (0, Kind.UPPER, (0.42, 0.35, 0.62, 0.6), 1),
        (0, Kind.THING, (0.42, 0.35, 0.62, 0.6), 1),
        (400, Kind.WHOLE, behind, 1),
        (400, Kind.UPPER, (0.32, 0.3, 0.5, 0.5), 1),
    ]
    assert found(*rows) == [{"covered"}, {"covered"}, set(), set(), set(), set(), set(), set()]


def test_a_view_that_shows_it_whole_is_preferred() -> None:
    boxes = [(0, 0.2, 0.4, 0.8), (0.1, 0.2, 0.45, 0.8), (0.2, 0.2, 0.5, 0.8)]
    sightings = seen(*((1000 + 400 * number, Kind.UPPER, box, 5.0) for number, box in enumerate(boxes)))
    track = np.arange(3)
    assert best_views(sightings, track, SHOT).tolist() == [0, 1, 2]
    assert best_views(sightings, track, SHOT, impairments(sightings, 1280, 720)).tolist() == [1, 2, 0]


def test_what_is_impaired_is_told_as_a_share_of_its_views() -> None:
    table = np.asarray([[1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0]], np.bool_)
    impaired = shares(table, np.arange(3))
    assert impaired == {Impairment.SMALL: 1, Impairment.CUT_OFF: 0.67}
    assert always(impaired) == [Impairment.SMALL]


@pytest.mark.parametrize(
    ("impaired", "tier"),
    [
        ({}, Tier.EXACT),
        ({Impairment.CUT_OFF: 1.0}, Tier.EXACT),
        ({Impairment.CUT_OFF: 1.0, Impairment.SMALL: 0.9}, Tier.EXACT),
        ({Impairment.CUT_OFF: 1.0, Impairment.SMALL: 1.0}, Tier.SIMILAR),
    ],
)
def test_what_is_never_seen_well_is_never_exact(impaired: dict[Impairment, float], tier: Tier) -> None:
    candidate = Candidate(
        product_id="p", item_group_id="g", score=0.9, similarity=0.9, affinity=0.9, picture_id="x", inliers=0
    )
    decided, score, reason = decide([candidate], Limits(), impaired)
    assert (decided, score) == (tier, 0.9)
    assert ("small and cut off in every view" in reason) == (tier is Tier.SIMILAR)

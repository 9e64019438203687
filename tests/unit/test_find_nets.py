"""Finding with nets: persons, joints and things, on nets of the same make that say what a test wants."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from shoppable.adapters.vision.bodies import ANKLES, ELBOWS, HIPS, KNEES, SHOULDERS, WRISTS, Body
from shoppable.adapters.vision.find_nets import NetLocalizer, cut_square, decode_yolox, suppressed
from shoppable.adapters.vision.manifest import Looking, NetInput
from shoppable.adapters.vision.workers import Workers
from shoppable.errors import InvalidInput
from shoppable.model.arrays import Floats, Image
from shoppable.model.geometry import WHOLE, Box
from shoppable.model.seen import Kind, Region
from tests.pictures import blank, laid_on
from tests.tiny_nets import net_at, write_constant

SIDE = 32
CELLS = 16 + 4 + 1
SQUARE = NetInput(width=SIDE, height=SIDE)
LETTERBOX = NetInput(width=SIDE, height=SIDE, fit="letterbox")
LOOKING = Looking(persons="persons", joints="joints", things="things")


def yolox(*persons: tuple[Box, float], other: float = 0) -> Floats:
    """(1, 21, 85): each person at the cell of its place in the finest grid, in the terms of the net.

    Args:
        persons: Box in [0, 1] of the net's input, and confidence.
        other: Confidence of each being something else instead.
    """
    raw = np.zeros((1, CELLS, 85), np.float32)
    for box, confidence in persons:
        x, y = (box.x0 + box.x1) / 2 * SIDE / 8, (box.y0 + box.y1) / 2 * SIDE / 8
        cell = int(y) * 4 + int(x)
        raw[0, cell, :2] = x - int(x), y - int(y)
        raw[0, cell, 2:4] = np.log(box.width * SIDE / 8), np.log(box.height * SIDE / 8)
        raw[0, cell, 4:6] = 1, confidence
        raw[0, cell, 6] = other
    return raw


STANDING: Mapping[tuple[int, int], float] = {
    SHOULDERS: 0.2,
    ELBOWS: 0.35,
    WRISTS: 0.5,
    HIPS: 0.5,
    KNEES: 0.7,
    ANKLES: 0.85,
}
"""Height of each pair of joints in the net's square."""


def joints(heights: Mapping[tuple[int, int], float] = STANDING, *, confidence: float = 0.9) -> Floats:
    """(1, 1, 17, 3): y, x, confidence of pairs of joints, 0.1 to the left and right of the middle."""
    found = np.zeros((1, 1, 17, 3), np.float32)
    for pair, y in heights.items():
        for row, x in zip(pair, (0.4, 0.6), strict=True):
            found[0, 0, row] = y, x, confidence
    return found


@dataclass
class Nets:
    """What the three nets say, whatever they are shown."""

    folder: Path
    persons: Floats = field(default_factory=yolox)
    joints: Floats = field(default_factory=joints)
    things: tuple[tuple[Box, float], ...] = ()

    def localizer(self, looking: Looking = LOOKING) -> NetLocalizer:
        boxes = np.zeros((1, 10, 4), np.float32)
        scores = np.zeros((1, 10), np.float32)
        for row, (box, score) in enumerate(self.things):
            boxes[0, row] = box.y0, box.x0, box.y1, box.x1
            scores[0, row] = score
        count = np.asarray([10], np.float32)
        return NetLocalizer(
            looking,
            Workers(1),
            persons=net_at(write_constant(self.folder / "persons.onnx", self.persons), LETTERBOX),
            joints=net_at(write_constant(self.folder / "joints.onnx", self.joints), SQUARE),
            things=net_at(write_constant(self.folder / "things.onnx", boxes, scores, scores, count), SQUARE),
        )

    def find(self, frame: Image, looking: Looking = LOOKING) -> list[Region]:
        [found] = self.localizer(looking).in_frames([frame])
        return found


@pytest.fixture
def nets(tmp_path: Path) -> Nets:
    return Nets(tmp_path)


def close(box: Box, x0: float, y0: float, x1: float, y1: float) -> bool:
    return np.allclose([box.x0, box.y0, box.x1, box.y1], [x0, y0, x1, y1], atol=0.011)


PERSON = Box(x0=0.25, y0=0.1, x1=0.75, y1=0.9)
SQUARE_FRAME = blank(90, 64, 64)


def test_nothing_found_nothing_said(nets: Nets) -> None:
    assert nets.find(SQUARE_FRAME) == []


def test_yolox_offsets_become_pixels() -> None:
    """One cell of each stride: centre = (offset + cell) * stride, size = exp(offset) * stride."""
    raw = np.zeros((CELLS, 85), np.float32)
    raw[6, :4] = 0.5, 0.25, 0, np.log(2)  # row 1, column 2 of the 4 x 4 grid
    raw[16 + 3, :4] = 0, 0, np.log(0.5), 20  # last of the 2 x 2 grid, absurdly high
    found = decode_yolox(raw, (SIDE, SIDE))
    np.testing.assert_allclose(found[6, :4], [20, 10, 8, 16])
    np.testing.assert_allclose(found[19, :4], [16, 16, 8, np.exp(10) * 16], rtol=1e-5)
    np.testing.assert_allclose(found[20, :4], [0, 0, 32, 32])
    assert raw[6, 0] == 0.5


@pytest.mark.parametrize(
    ("frame", "box"),
    [
        (SQUARE_FRAME, (0.25, 0.1, 0.75, 0.9)),
        (blank(90, 128, 64), (0.25, 0.2, 0.75, 1.0)),  # the lower half of the net's input is padding
        (blank(90, 64, 128), (0.5, 0.1, 1.0, 0.9)),
    ],
)
def test_a_persons_box_is_that_of_the_picture_not_of_the_padding(
    nets: Nets, frame: Image, box: tuple[float, float, float, float]
) -> None:
    nets.persons = yolox((PERSON, 0.9))
    whole = nets.find(frame)[0]
    assert whole.kind is Kind.WHOLE
    assert whole.confidence == pytest.approx(0.9)
    assert close(whole.box, *box)


@pytest.mark.parametrize(("confidence", "found"), [(0.41, True), (0.39, False)])
def test_a_person_must_be_sure_enough(nets: Nets, confidence: float, found: bool) -> None:
    nets.persons = yolox((PERSON, confidence), other=1)
    assert bool(nets.find(SQUARE_FRAME)) is found
    assert nets.find(SQUARE_FRAME, LOOKING.model_copy(update={"min_person": 0.1}))


def test_a_person_is_dressed_in_bands(nets: Nets) -> None:
    """The joints' net sees a square of 1.15 of the person's longer side: 0.92 of the frame, from 0.04."""
    nets.persons = yolox((PERSON, 0.9))
    found = nets.find(SQUARE_FRAME)
    assert [region.kind for region in found] == [Kind.WHOLE, Kind.UPPER, Kind.LOWER, Kind.FEET]

    def at(y: float) -> float:
        return 0.04 + 0.92 * y

    torso = 0.92 * 0.3
    upper, lower, feet = (region.box for region in found[1:])
    left, right = at(0.4), at(0.6)
    assert close(
        upper, max(left - 0.3 * torso, 0.25), at(0.2) - 0.14 * torso, right + 0.3 * torso, at(0.5) + 0.2 * torso
    )
    assert close(lower, left - 0.22 * torso, at(0.5) - 0.18 * torso, right + 0.22 * torso, at(0.85) + 0.05 * torso)
    assert close(feet, left - 0.3 * torso, at(0.85) - 0.1 * torso, right + 0.3 * torso, 0.9)


def test_joints_that_are_not_seen_make_no_band(nets: Nets) -> None:
    nets.persons = yolox((PERSON, 0.9))
    nets.joints = joints(confidence=0.2)
    assert [region.kind for region in nets.find(SQUARE_FRAME)] == [Kind.WHOLE, Kind.LOWER]


def test_persons_come_largest_first_and_four_at_most(nets: Nets) -> None:
    boxes = [
        Box(x0=x, y0=y, x1=x + width, y1=y + 0.2)
        for (x, y), width in zip(
            [(0, 0), (0.5, 0), (0, 0.3), (0.5, 0.3), (0, 0.6)], (0.2, 0.25, 0.3, 0.35, 0.4), strict=True
        )
    ]
    nets.persons = yolox(*((box, 0.9) for box in boxes))
    whole = [region.box.width for region in nets.find(SQUARE_FRAME) if region.kind is Kind.WHOLE]
    assert whole == pytest.approx([0.4, 0.35, 0.3, 0.25], abs=0.01)


def test_one_person_is_found_once(nets: Nets) -> None:
    twice = Box(x0=0.3, y0=0.35, x1=0.8, y1=1)
    nets.persons = yolox((Box(x0=0.25, y0=0.1, x1=0.75, y1=0.9), 0.8), (twice, 0.9))
    assert [region.confidence for region in nets.find(SQUARE_FRAME) if region.kind is Kind.WHOLE] == pytest.approx(
        [0.9]
    )


def test_things_are_sure_enough_apart_and_not_too_many(nets: Nets) -> None:
    left, right = Box(x0=0, y0=0, x1=0.4, y1=0.5), Box(x0=0.5, y0=0, x1=0.9, y1=0.5)
    again = Box(x0=0.52, y0=0, x1=0.92, y1=0.5)
    nets.things = (
        *((left, 0.5), (right, 1.2), (again, 0.6), (Box(x0=0, y0=0.9, x1=0.5, y1=1), 0.1)),
        (Box(x0=0, y0=0, x1=0.96, y1=0.96), 0.9),  # the whole frame is no thing
        (Box(x0=0.5, y0=0.5, x1=0.55, y1=0.55), 0.9),  # nor is a speck
    )
    found = nets.find(SQUARE_FRAME)
    assert [region.kind for region in found] == [Kind.THING] * 2
    assert [region.confidence for region in found] == pytest.approx([1, 0.5])
    assert close(found[0].box, 0.5, 0, 0.9, 0.5)
    assert close(found[1].box, 0, 0, 0.4, 0.5)
    assert len(nets.find(SQUARE_FRAME, LOOKING.model_copy(update={"max_things": 1}))) == 1


def test_a_garment_in_a_picture_is_the_band_of_who_wears_it(nets: Nets) -> None:
    nets.persons = yolox((PERSON, 0.9))
    kinds = [Kind.UPPER, Kind.LOWER, Kind.FEET, Kind.HEAD, Kind.WHOLE]
    found = nets.localizer().in_pictures([SQUARE_FRAME] * 5, kinds)
    assert [region.kind for region in found] == kinds
    assert [region.confidence for region in found[:4]] == pytest.approx([0.9] * 4)
    for region, (top, bottom) in zip(found, [(0.191, 0.55), (0.417, 0.822), (0.753, 0.9), (0.1, 0.224)], strict=False):
        assert close(region.box, PERSON.x0, top, PERSON.x1, bottom)
    assert found[4] == Region(box=WHOLE, kind=Kind.WHOLE, confidence=0)


def test_white_ground_is_no_part_of_a_garment(nets: Nets) -> None:
    nets.persons = yolox((PERSON, 0.9))
    thing = Box(x0=0.4, y0=0.3, x1=0.6, y1=0.6)
    on_white = laid_on(blank(255, 200, 200), blank(60), thing)
    [upper, whole] = nets.localizer().in_pictures([on_white] * 2, [Kind.UPPER, Kind.WHOLE])
    assert close(upper.box, 0.4, 0.3, 0.6, 0.555)
    assert whole.box == thing
    below = Box(x0=0.4, y0=0.7, x1=0.6, y1=0.9)
    [alone] = nets.localizer().in_pictures([laid_on(blank(255, 200, 200), blank(60), below)], [Kind.UPPER])
    assert alone == Region(box=below, kind=Kind.UPPER, confidence=1)  # nothing is in the band


def test_outdoors_a_thing_is_the_surest_box(nets: Nets) -> None:
    there = Box(x0=0.1, y0=0.2, x1=0.6, y1=0.8)
    nets.things = ((there, 0.5), (Box(x0=0.7, y0=0.7, x1=0.9, y1=0.9), 0.9))  # the second is too small
    [thing, worn] = nets.localizer().in_pictures([SQUARE_FRAME] * 2, [Kind.THING, Kind.UPPER])
    assert close(thing.box, 0.1, 0.2, 0.6, 0.8)
    assert thing.confidence == pytest.approx(0.5)
    assert worn == Region(box=WHOLE, kind=Kind.UPPER, confidence=0)


def test_nets_of_another_make_are_refused(nets: Nets) -> None:
    for name, wrong in {
        "persons": np.zeros((1, 20, 85), np.float32),
        "joints": np.zeros((1, 17, 3), np.float32),
    }.items():
        spoilt = Nets(nets.folder, persons=yolox((PERSON, 0.9)))
        setattr(spoilt, name, wrong)
        with pytest.raises(InvalidInput, match=rf"net {name} gave \[\(1, .*: the pack names an unsuitable net"):
            spoilt.find(SQUARE_FRAME)


def test_the_surest_of_those_that_overlap_stays() -> None:
    boxes = [Box(x0=x, y0=0, x1=x + 0.4, y1=1) for x in (0, 0.1, 0.5, 0.2)]
    scores = np.asarray([0.5, 0.9, 0.1, 0.7], np.float32)
    assert suppressed(boxes, scores, 0.5) == [1, 2]
    assert suppressed(boxes, scores, 0.61) == [1, 3, 0, 2]  # 1 shares 0.6 of their union with 0 and with 3
    assert suppressed([], np.zeros(0, np.float32), 0.5) == []


def test_a_square_goes_on_beyond_the_picture() -> None:
    image = blank(50, 40, 20)
    image[:, 20:] = 200
    square = cut_square(image, left=0, top=-10, side=40)
    assert square.shape == (256, 256, 3)
    assert square.dtype == np.uint8
    assert (square[:, :120] == 50).all()
    assert (square[:, 136:] == 200).all()
    np.testing.assert_array_equal(cut_square(image, 20, 0, 10), blank(200, 256, 256))


def body(heights: Mapping[tuple[int, int], float], box: Box = PERSON) -> Body:
    rows = joints(heights)[0, 0][:, [1, 0, 2]]
    return Body(box=box, joints=rows, confidence=0.7)


def test_only_seen_joints_are_seen() -> None:
    assert body({SHOULDERS: 0.3}).seen(SHOULDERS).tolist() == pytest.approx(np.asarray([[0.4, 0.3], [0.6, 0.3]]))
    assert body({SHOULDERS: 0.3}).seen(HIPS).shape == (0, 2)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("heights", [{}, {SHOULDERS: 0.3}, {HIPS: 0.5}, {SHOULDERS: 0.5, HIPS: 0.5}], ids=str)
def test_without_a_torso_there_are_no_bands(heights: Mapping[tuple[int, int], float], kind: Kind) -> None:
    assert body(heights).band(kind) is None


def test_bands_hang_on_shoulders_hips_and_ankles() -> None:
    standing = body(STANDING)
    bands = {kind: standing.band(kind) for kind in (Kind.UPPER, Kind.LOWER, Kind.FEET, Kind.HEAD)}
    assert bands == {
        Kind.UPPER: pytest.approx((0.164, 0.554)),
        Kind.LOWER: pytest.approx((0.41, 0.85)),
        Kind.FEET: pytest.approx((0.775, 0.9)),
        Kind.HEAD: pytest.approx((0.1, 0.2)),
    }
    assert standing.band(Kind.WHOLE) is standing.band(Kind.THING) is None
    assert body({SHOULDERS: 0.2, HIPS: 0.5}).band(Kind.LOWER) == pytest.approx((0.41, PERSON.y1))


def test_legs_are_below_the_middle_of_whoever_shows_no_joints() -> None:
    whole, lower = (region.box for region in body({}).garments())
    assert whole == PERSON
    assert close(lower, PERSON.x0, 0.46, PERSON.x1, PERSON.y1)


def test_who_is_cut_off_at_the_waist_wears_no_lower() -> None:
    bust = body({SHOULDERS: 0.5, HIPS: 0.85})
    assert [region.kind for region in bust.garments()] == [Kind.WHOLE, Kind.UPPER]
    assert {region.confidence for region in bust.garments()} == {0.7}

"""What every `Localizer` promises. A new adapter is a new name in EYES."""

from itertools import combinations

import numpy as np
import pytest

from shoppable.adapters.vision.find_classic import ClassicLocalizer
from shoppable.adapters.vision.find_labels import LabelLocalizer
from shoppable.adapters.vision.find_nets import NetLocalizer
from shoppable.model.arrays import Image
from shoppable.model.geometry import WHOLE, Box
from shoppable.model.seen import Kind, Region
from shoppable.ports import Localizer
from shoppable.steps.pictures import open_picture
from tests.cards import draw
from tests.pictures import a_print, blank, garment, laid_on
from tests.samples import samples
from tests.tiny_nets import open_eyes

EYES = {"classic": ClassicLocalizer, "words": LabelLocalizer, "lite": NetLocalizer}

SHELF = Box(x0=0.3, y0=0.25, x1=0.5, y1=0.75)
SCENE = laid_on(blank(150, 640, 360), a_print(1), SHELF)


@pytest.fixture(scope="module", params=EYES)
def localizer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Localizer:
    made = open_eyes(request.param, tmp_path_factory.mktemp("localizer")).localizer
    assert isinstance(made, EYES[request.param])
    return made


def rows(regions: list[Region]) -> list[dict[str, object]]:
    return [region.model_dump() for region in regions]


def noise(width: int, height: int) -> Image:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3)).astype(np.uint8)


@pytest.mark.parametrize(
    "frame",
    [SCENE, garment()[0], noise(64, 48), noise(16, 16), noise(1, 1), noise(9, 300), noise(300, 9), a_print(2, 90, 160)],
    ids=lambda frame: f"{frame.shape[1]}x{frame.shape[0]}",
)
def test_boxes_lie_in_the_frame(localizer: Localizer, frame: Image) -> None:
    """`Box` and `Region` refuse what lies outside of [0, 1]; that boxes are worth a look is for here."""
    [found] = localizer.in_frames([frame])
    assert all(region.box.area > 0 for region in found)
    assert all(0 < region.confidence <= 1 for region in found)
    assert len(found) <= 40


def test_no_frames_no_regions(localizer: Localizer) -> None:
    assert localizer.in_frames([]) == []
    assert localizer.in_pictures([], []) == []


def test_frames_are_looked_at_one_by_one_in_order(localizer: Localizer) -> None:
    frames = [SCENE, blank(90, 64, 64), np.ascontiguousarray(SCENE[:, ::-1])]
    together = localizer.in_frames(frames)
    assert [rows(each) for each in together] == [rows(localizer.in_frames([frame])[0]) for frame in frames]
    assert rows(together[0]) != rows(together[2])


def test_frames_are_left_as_they_were(localizer: Localizer) -> None:
    frame = SCENE.copy()
    frame.setflags(write=False)
    localizer.in_frames([frame])
    localizer.in_pictures([frame], [Kind.THING])
    np.testing.assert_array_equal(frame, SCENE)


@pytest.mark.parametrize("level", [0, 114, 255])
def test_a_blank_frame_holds_nothing_sure(localizer: Localizer, level: int) -> None:
    [found] = localizer.in_frames([blank(level, 320, 180)])
    assert max((region.confidence for region in found), default=0) < 0.3


def test_things_come_most_confident_first(localizer: Localizer) -> None:
    [found] = localizer.in_frames([SCENE])
    things = [region.confidence for region in found if region.kind is Kind.THING]
    assert things
    assert things == sorted(things, reverse=True)


def test_things_are_apart(localizer: Localizer) -> None:
    [found] = localizer.in_frames([SCENE])
    boxes = [region.box for region in found if region.kind is Kind.THING]
    assert max((a.iou(b) for a, b in combinations(boxes, 2)), default=0) <= 0.6


def test_a_print_in_an_even_scene_is_found(localizer: Localizer) -> None:
    [found] = localizer.in_frames([SCENE])
    assert max(region.box.iou(SHELF) for region in found) > 0.5


@pytest.mark.parametrize("kind", [Kind.THING, Kind.UPPER, Kind.WHOLE, Kind.HEAD])
def test_a_garment_on_white_is_boxed(localizer: Localizer, kind: Kind) -> None:
    picture, box = garment()
    [found] = localizer.in_pictures([picture], [kind])
    assert found.kind is kind
    assert found.box.iou(box) >= 0.8


def test_a_packshot_on_white_is_boxed(localizer: Localizer) -> None:
    box = Box(x0=0.55, y0=0.2, x1=0.8, y1=0.9)
    [found] = localizer.in_pictures([laid_on(blank(255, 300, 300), a_print(4), box)], [Kind.THING])
    assert found.box.iou(box) >= 0.8


def test_each_picture_has_one_box_of_its_kind(localizer: Localizer) -> None:
    pictures = [garment()[0], noise(40, 30), blank(255), blank(0), noise(1, 1)]
    kinds = [Kind.UPPER, Kind.LOWER, Kind.FEET, Kind.THING, Kind.WHOLE]
    found = localizer.in_pictures(pictures, kinds)
    assert [region.kind for region in found] == kinds
    assert all(region.box.area > 0 for region in found)


@pytest.mark.parametrize(
    ("picture", "shown"),
    [
        (garment()[0], None),
        (a_print(7), None),
        (noise(40, 30), None),
        (blank(255), "one colour"),
        (draw("size chart", 1), "a chart or text"),
        (draw("wordmark", 0), "a logo or a few words"),
        (draw("QR code", 0), "a barcode or QR code"),
    ],
    ids=["garment", "print", "noise", "blank", "chart", "logo", "code"],
)
def test_what_shows_no_product_is_told(localizer: Localizer, picture: Image, shown: str | None) -> None:
    assert localizer.why_no_product(picture) == shown


def test_a_person_wears_an_upper_above_a_lower(tmp_path_factory: pytest.TempPathFactory) -> None:
    image = open_picture(samples("data", "luma", "images", "wj06-blue_main.jpg"), 1_000_000)
    localizer = open_eyes("lite", tmp_path_factory.mktemp("person")).localizer
    [found] = localizer.in_frames([image])
    best = {kind: [region for region in found if region.kind is kind] for kind in (Kind.UPPER, Kind.LOWER, Kind.WHOLE)}
    upper, lower, whole = (best[kind][0] for kind in (Kind.UPPER, Kind.LOWER, Kind.WHOLE))
    assert upper.confidence > 0.8
    assert upper.box.iou(Box(x0=0.2, y0=0.15, x1=0.9, y1=0.85)) > 0.7  # the jacket, measured by eye
    assert upper.box.y0 < lower.box.y0
    assert upper.box.y1 < lower.box.y1
    assert upper.box.inside(whole.box) > 0.99
    worn = localizer.in_pictures([image, image], [Kind.UPPER, Kind.LOWER])
    assert [region.kind for region in worn] == [Kind.UPPER, Kind.LOWER]
    assert worn[0].box.iou(upper.box) > 0.9
    assert worn[0].box != WHOLE

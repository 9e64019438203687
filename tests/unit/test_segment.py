"""The thing in a box, pixel by pixel."""

from pathlib import Path

import numpy as np
import pytest
from onnx import helper
from PIL import Image as Pillow
from PIL import ImageDraw

from shoppable.adapters.vision.manifest import NetInput
from shoppable.adapters.vision.nets import Net
from shoppable.adapters.vision.segment import GrabSegmenter, box_mask, middle, without_specks
from shoppable.adapters.vision.workers import Workers
from shoppable.model.arrays import Image, Mask
from shoppable.model.geometry import WHOLE, Box
from shoppable.model.seen import Kind, Region
from shoppable.steps.pictures import open_picture
from tests.pictures import a_print, blank, garment, laid_on
from tests.samples import samples
from tests.tiny_graphs import write_net
from tests.tiny_nets import net_at, open_eyes

SIDE = 32
GARMENTS = [Kind.UPPER, Kind.LOWER, Kind.WHOLE, Kind.FEET, Kind.HEAD]


def left_half_bare(folder: Path) -> Net:
    """A net that takes the left half of any picture for skin, and the lowest quarter for hair."""
    planes = np.zeros((1, 3, SIDE, SIDE), np.float32)
    planes[0, 0, :, : SIDE // 2] = 0.9
    planes[0, 2, 3 * SIDE // 4 :] = 0.9
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["mean"], keepdims=1),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
        helper.make_node("Add", ["planes", "nothing"], ["y"]),
    ]
    path = write_net(
        folder / "skin.onnx",
        nodes,
        shape=(1, 3, SIDE, SIDE),
        outputs={"y": planes.shape},
        constants={"planes": planes, "zero": np.zeros(1, np.float32)},
    )
    return net_at(path, NetInput(width=SIDE, height=SIDE, layout="nchw", kind="float32"))


def cut(picture: Image, box: Box, kind: Kind = Kind.THING, skin: Net | None = None) -> Mask:
    [mask] = GrabSegmenter(Workers(1), skin).cut_out([picture], [Region(box=box, kind=kind, confidence=1)])
    return mask


def iou(found: Mask, truth: Mask) -> float:
    return float((found & truth).sum() / (found | truth).sum())


def ball(ground: tuple[int, int, int] = (60, 90, 150)) -> tuple[Image, Box, Mask]:
    """An orange ball before an even wall, a box around it with some wall in it, and where the ball is."""
    picture = Pillow.new("RGB", (320, 200), ground)
    ImageDraw.Draw(picture).ellipse((100, 40, 219, 159), fill=(230, 120, 20))
    image = np.asarray(picture, np.uint8)
    return image, Box(x0=0.28, y0=0.15, x1=0.72, y1=0.85), np.asarray((image == (230, 120, 20)).all(axis=2), np.bool_)


@pytest.mark.parametrize("kind", Kind)
def test_a_shirt_on_white_is_all_but_the_ground(kind: Kind) -> None:
    picture, box = garment()
    truth = np.asarray((picture < 200).any(axis=2), np.bool_)
    assert iou(cut(picture, box, kind), truth) > 0.98


def test_on_white_only_what_is_in_the_box_counts() -> None:
    picture, _ = garment()
    upper = Box(x0=0, y0=0, x1=1, y1=0.5)
    mask = cut(picture, upper)
    assert not mask[200:].any()
    assert iou(mask, np.asarray((picture < 200).any(axis=2), np.bool_) & box_mask(picture, upper)) > 0.98


@pytest.mark.parametrize("ground", [(60, 90, 150), (20, 20, 20), (128, 128, 128)], ids=str)
def test_a_thing_before_a_wall_is_cut_out(ground: tuple[int, int, int]) -> None:
    picture, box, truth = ball(ground)
    assert iou(cut(picture, box), truth) > 0.8


def test_a_print_in_a_scene_is_cut_out() -> None:
    where = Box(x0=0.3, y0=0.2, x1=0.6, y1=0.8)
    picture = laid_on(blank(110, 640, 360), a_print(2), where)
    assert iou(cut(picture, Box(x0=0.22, y0=0.1, x1=0.68, y1=0.9)), box_mask(picture, where)) > 0.8


@pytest.mark.parametrize(
    ("rows", "columns", "box"),
    [
        (slice(None), slice(160, None), Box(x0=0, y0=0.1, x1=0.5, y1=0.9)),
        (slice(None), slice(160), Box(x0=0.5, y0=0.1, x1=1, y1=0.9)),
        (slice(100), slice(None), Box(x0=0.25, y0=0.25, x1=0.75, y1=1)),
        (slice(100, None), slice(160, None), Box(x0=0, y0=0, x1=0.5, y1=0.8)),
        (slice(50, 150), slice(None), Box(x0=0.25, y0=0, x1=0.75, y1=1)),
    ],
    ids=["left", "right", "bottom", "corner", "top and bottom"],
)
def test_what_the_edge_of_the_picture_cuts_off_is_still_the_thing(rows: slice, columns: slice, box: Box) -> None:
    picture, _, truth = ball()
    assert iou(cut(np.ascontiguousarray(picture[rows, columns]), box), truth[rows, columns]) > 0.9


def test_a_box_of_all_the_picture_outdoors_is_all_the_thing() -> None:
    picture, _, _ = ball()
    assert cut(picture, WHOLE).all()


@pytest.mark.parametrize("level", [0, 114, 255])
@pytest.mark.parametrize("kind", [Kind.THING, Kind.UPPER])
def test_in_one_colour_there_is_still_something(level: int, kind: Kind) -> None:
    box = Box(x0=0.2, y0=0.2, x1=0.8, y1=0.8)
    picture = blank(level)
    mask = cut(picture, box, kind)
    assert mask.any()
    assert not (mask & ~box_mask(picture, box)).any()
    height, width = mask.shape
    assert mask[height // 2, width // 2]


@pytest.mark.parametrize(("width", "height"), [(1, 1), (2, 2), (3, 40), (40, 3), (8, 8), (1, 500)])
@pytest.mark.parametrize("box", [WHOLE, Box(x0=0.3, y0=0.3, x1=0.7, y1=0.7), Box(x0=0.9, y0=0, x1=0.95, y1=1)], ids=str)
def test_tiny_pictures_have_masks(width: int, height: int, box: Box) -> None:
    picture = a_print(1, width, height)
    for cut_out in (cut(picture, box), middle(picture, box)):
        assert cut_out.shape == (height, width)
        assert cut_out.any()
        assert not (cut_out & ~box_mask(picture, box)).any()


@pytest.mark.parametrize("kind", GARMENTS)
def test_a_garment_is_undressed_of_skin_and_hair(tmp_path: Path, kind: Kind) -> None:
    skin = left_half_bare(tmp_path)
    picture, box = garment()
    shirt = np.asarray((picture < 200).any(axis=2), np.bool_)
    shirt[:, :150] = False
    shirt[300:] = False
    assert iou(cut(picture, box, kind, skin), shirt) > 0.95
    picture, box, truth = ball()
    truth[:, :160] = False
    truth[150:] = False
    assert iou(cut(picture, box, kind, skin), truth) > 0.8


def test_a_thing_is_not_undressed(tmp_path: Path) -> None:
    skin = left_half_bare(tmp_path)
    for picture, box, truth in ((*garment(), np.asarray((garment()[0] < 200).any(axis=2), np.bool_)), ball()):
        assert iou(cut(picture, box, Kind.THING, skin), truth) > 0.8
        np.testing.assert_array_equal(cut(picture, box, Kind.THING, skin), cut(picture, box))


def test_who_is_bare_all_over_is_taken_in_the_middle(tmp_path: Path) -> None:
    skin = left_half_bare(tmp_path)
    picture, _, _ = ball()
    left = Box(x0=0, y0=0.2, x1=0.45, y1=0.6)
    np.testing.assert_array_equal(cut(picture, left, Kind.UPPER, skin), middle(picture, left))
    white = laid_on(blank(255, 300, 200), blank(60), Box(x0=0.1, y0=0.2, x1=0.4, y1=0.7))
    np.testing.assert_array_equal(cut(white, left, Kind.UPPER, skin), box_mask(white, left))


def test_the_middle_of_a_box_is_an_ellipse_in_it() -> None:
    picture, box = blank(90, 200, 100), Box(x0=0.1, y0=0.2, x1=0.5, y1=0.8)
    mask = middle(picture, box)
    assert mask[50, 60]
    assert mask.sum() == pytest.approx(np.pi / 4 * 0.75**2 * box.area * 200 * 100, rel=0.03)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (28, 71, 30, 89)


def test_parts_that_are_small_beside_the_rest_are_left_out() -> None:
    mask = np.zeros((100, 100), np.bool_)
    mask[10:60, 10:60] = mask[70:95, 70:95] = True  # shoes come in pairs
    clean = mask.copy()
    mask[80:90, 10:18] = True
    mask[2, 2:90] = True  # a thread
    np.testing.assert_array_equal(without_specks(mask), clean)
    assert not without_specks(np.zeros((5, 5), np.bool_)).any()


def test_the_real_net_leaves_out_head_and_hands(tmp_path: Path) -> None:
    picture = open_picture(samples("data", "luma", "images", "wj06-blue_main.jpg"), 1_000_000)
    segmenter = open_eyes("lite", tmp_path).segmenter
    regions = [Region(box=WHOLE, kind=kind, confidence=1) for kind in (Kind.UPPER, Kind.THING)]
    jacket, all_of_her = segmenter.cut_out([picture, picture], regions)
    jacket_box, face = (
        box_mask(picture, Box(x0=x0, y0=y0, x1=x1, y1=y1))
        for x0, y0, x1, y1 in ((0.35, 0.35, 0.65, 0.7), (0.48, 0.05, 0.65, 0.25))
    )
    assert (jacket & jacket_box).sum() > 0.8 * jacket_box.sum()
    assert (all_of_her & face).sum() > 0.8 * face.sum()
    assert (jacket & face).sum() < 0.2 * face.sum()

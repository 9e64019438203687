"""Finding with a net that says what it sees: on nets of the same make that say what a test wants."""

from pathlib import Path

import numpy as np
import pytest

from shoppable.adapters.vision.find_labels import LabelLocalizer, box_in_picture
from shoppable.adapters.vision.manifest import Labels, NetInput, Tokens
from shoppable.adapters.vision.nets import Net
from shoppable.adapters.vision.words import Tokenizer
from shoppable.adapters.vision.workers import Workers
from shoppable.errors import InvalidInput
from shoppable.model.arrays import Floats, Image
from shoppable.model.geometry import WHOLE, Box
from shoppable.model.seen import Kind, Region
from shoppable.model.taxonomy import Label, Taxonomy
from tests.pictures import blank, garment
from tests.tiny_graphs import write_graph
from tests.tiny_nets import file_of, manifest_of
from tests.tiny_words import LENGTH, write_asked, write_tokenizer

CLASSES = ("shirt, blouse", "sleeve", "skirt", "bag")
TAXONOMY = Taxonomy(
    label=(
        Label(name="shirt", kind=Kind.UPPER, prompts=("red",), classes=("shirt, blouse",)),
        Label(name="skirt", kind=Kind.LOWER, prompts=("green",)),
        Label(name="bag", kind=Kind.THING, prompts=("blue",)),
    )
)
STRETCH = NetInput(width=32, height=32, layout="nchw", kind="float32")
FRAME = blank(90, 64, 64)
LABELS = Labels(net="detector", scores="softmax", classes=CLASSES)


def says(path: Path, logits: Floats, boxes: Floats) -> Path:
    """A net that finds the same whatever it is shown, its outputs in another order than the localizer reads them."""
    from onnx import TensorProto, helper

    nodes = [helper.make_node("Identity", [f"c_{name}"], [name]) for name in ("pred_boxes", "logits")]
    return write_graph(
        path,
        nodes,
        inputs={"pixel_values": (TensorProto.FLOAT, [1, 3, 32, 32])},
        outputs={"pred_boxes": boxes.shape, "logits": logits.shape},
        constants={"c_logits": logits, "c_pred_boxes": boxes},
    )


Found = tuple[str, float, Box]


def detector(folder: Path, *found: Found, labels: Labels = LABELS, wanted: NetInput = STRETCH) -> LabelLocalizer:
    """One that finds these classes with these probabilities, in boxes of the net's input."""
    logits = np.full((1, len(found) + 1, len(CLASSES) + 1), -30, np.float32)
    logits[..., -1] = 0
    boxes = np.full((1, len(found) + 1, 4), 0.5, np.float32)
    for row, (name, score, box) in enumerate(found):
        logits[0, row, CLASSES.index(name)] = np.log(score / (1 - score))
        boxes[0, row] = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, box.width, box.height
    net = Net(manifest_of(says(folder / "detector.onnx", logits, boxes), wanted), folder, Workers(1))
    return LabelLocalizer(labels, net=net, taxonomy=TAXONOMY)


def box(x0: float, y0: float, x1: float, y1: float) -> Box:
    return Box(x0=x0, y0=y0, x1=x1, y1=y1)


def close(found: Box, wanted: Box) -> bool:
    return np.allclose(
        [found.x0, found.y0, found.x1, found.y1], [wanted.x0, wanted.y0, wanted.x1, wanted.y1], atol=1e-5
    )


LEFT, RIGHT = box(0.1, 0.1, 0.4, 0.9), box(0.6, 0.2, 0.9, 0.8)


def test_nothing_found_nothing_said(tmp_path: Path) -> None:
    assert detector(tmp_path).in_frames([FRAME]) == [[]]


def test_boxes_carry_the_kind_of_their_label_most_confident_first(tmp_path: Path) -> None:
    [found] = detector(tmp_path, ("bag", 0.6, RIGHT), ("shirt, blouse", 0.9, LEFT)).in_frames([FRAME])
    assert [region.kind for region in found] == [Kind.UPPER, Kind.THING]
    assert [region.confidence for region in found] == pytest.approx([0.9, 0.6], abs=1e-5)
    assert close(found[0].box, LEFT)
    assert close(found[1].box, RIGHT)


def test_what_the_taxonomy_does_not_list_is_passed_over(tmp_path: Path) -> None:
    assert detector(tmp_path, ("sleeve", 0.99, LEFT)).in_frames([FRAME]) == [[]]


@pytest.mark.parametrize(("score", "count"), [(0.31, 1), (0.29, 0)])
def test_a_box_must_be_sure_enough(tmp_path: Path, score: float, count: int) -> None:
    assert len(detector(tmp_path, ("bag", score, LEFT)).in_frames([FRAME])[0]) == count


def test_one_thing_is_found_once_and_kinds_do_not_hide_each_other(tmp_path: Path) -> None:
    nearly = box(0.12, 0.1, 0.42, 0.9)
    localizer = detector(tmp_path, ("bag", 0.7, LEFT), ("bag", 0.8, nearly), ("skirt", 0.6, LEFT), ("bag", 0.5, RIGHT))
    [found] = localizer.in_frames([FRAME])
    assert [region.kind for region in found] == [Kind.THING, Kind.LOWER, Kind.THING]
    assert close(found[0].box, nearly)


def test_not_too_many_and_no_specks(tmp_path: Path) -> None:
    rows = [("bag", 0.5 + step / 40, box(step / 16, 0.1, step / 16 + 0.05, 0.9)) for step in range(14)]
    [found] = detector(tmp_path, *rows, ("bag", 0.99, box(0.5, 0.5, 0.51, 0.51))).in_frames([FRAME])
    assert len(found) == 12
    assert found[0].confidence == pytest.approx(0.5 + 13 / 40, abs=1e-5)
    few = detector(tmp_path, *rows, labels=LABELS.model_copy(update={"max_regions": 2}))
    assert few.in_frames([FRAME])[0] == found[:2]


@pytest.mark.parametrize(
    ("frame", "wanted", "seen"),
    [
        (blank(90, 128, 64), STRETCH, LEFT),
        (blank(90, 128, 64), STRETCH.model_copy(update={"fit": "letterbox"}), box(0.1, 0.2, 0.4, 1)),
        (blank(90, 64, 128), STRETCH.model_copy(update={"fit": "letterbox"}), box(0.2, 0.1, 0.8, 0.9)),
        (blank(90, 128, 64), STRETCH.model_copy(update={"fit": "square"}), box(0.1, 0, 0.4, 1)),
        (blank(90, 64, 128), STRETCH.model_copy(update={"fit": "square"}), box(0, 0.1, 0.3, 0.9)),
    ],
)
def test_a_box_is_that_of_the_picture_not_of_the_nets_input(
    tmp_path: Path, frame: Image, wanted: NetInput, seen: Box
) -> None:
    [[found]] = detector(tmp_path, ("bag", 0.9, LEFT), wanted=wanted).in_frames([frame])
    assert close(found.box, seen)


def test_a_letterbox_that_is_no_square_keeps_shapes() -> None:
    wide = NetInput(width=864, height=512, fit="letterbox")
    found = box_in_picture(np.asarray([0.25, 0.5, 0.5, 1], np.float32), blank(0, 256, 512), wide)
    assert close(found, box(0, 0, 1, 1))  # 256 x 512 px fill 256 of 864 px in width


def test_a_products_box_is_the_surest_of_its_kind(tmp_path: Path) -> None:
    localizer = detector(tmp_path, ("bag", 0.5, LEFT), ("bag", 0.9, RIGHT), ("skirt", 0.95, LEFT))
    thing, lower, head = localizer.in_pictures([FRAME] * 3, [Kind.THING, Kind.LOWER, Kind.HEAD])
    assert (thing.kind, lower.kind) == (Kind.THING, Kind.LOWER)
    assert close(thing.box, RIGHT)
    assert close(lower.box, LEFT)
    assert head == Region(box=WHOLE, kind=Kind.HEAD, confidence=0)


def test_without_a_box_of_its_kind_it_is_what_stands_on_the_ground(tmp_path: Path) -> None:
    picture, where = garment()
    [found] = detector(tmp_path, ("bag", 0.9, LEFT)).in_pictures([picture], [Kind.UPPER])
    assert (found.kind, found.confidence) == (Kind.UPPER, 1)
    assert found.box.iou(where) > 0.95


def test_a_net_of_another_make_is_refused(tmp_path: Path) -> None:
    for logits, boxes in (((1, 3, 4), (1, 3, 4)), ((1, 3, 5), (1, 2, 4)), ((1, 3, 5), (1, 3, 5))):
        path = says(tmp_path / "other.onnx", np.zeros(logits, np.float32), np.zeros(boxes, np.float32))
        localizer = LabelLocalizer(LABELS, net=Net(manifest_of(path, STRETCH), tmp_path, Workers(1)), taxonomy=TAXONOMY)
        with pytest.raises(InvalidInput, match="its pack has 4 classes: the pack names an unsuitable net"):
            localizer.in_frames([FRAME])


def test_a_detector_nothing_of_whose_the_taxonomy_lists_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="the taxonomy lists none of the classes of net detector"):
        detector(tmp_path, labels=LABELS.model_copy(update={"classes": ("sleeve", "zipper")}))


def asked(folder: Path) -> LabelLocalizer:
    """A net asked in words: for red, green and blue, as the taxonomy says."""
    tokens = Tokens(file="tokens", length=LENGTH)
    wanted = NetInput(
        width=16, height=16, layout="nchw", kind="float32", mean=(127.5, 127.5, 127.5), sd=(127.5, 127.5, 127.5)
    )
    return LabelLocalizer(
        Labels(net="asked", scores="sigmoid", tokens=tokens, min_score=0.5),
        net=Net(manifest_of(write_asked(folder / "asked.onnx"), wanted), folder, Workers(1)),
        taxonomy=TAXONOMY,
        tokenizer=Tokenizer(file_of(write_tokenizer(folder / "tokenizer.json")), tokens, folder),
    )


def halves(left: tuple[int, int, int], right: tuple[int, int, int]) -> Image:
    frame = np.empty((40, 60, 3), np.uint8)
    frame[:, :30], frame[:, 30:] = left, right
    return frame


def test_a_net_asked_in_words_finds_what_the_taxonomy_asks_for(tmp_path: Path) -> None:
    red, blue, grey = (240, 10, 10), (10, 10, 240), (128, 128, 128)
    frames = [halves(red, blue), halves(grey, grey), halves(grey, red)]
    found = asked(tmp_path).in_frames(frames)
    assert [sorted(region.kind for region in regions) for regions in found] == [
        [Kind.THING, Kind.UPPER],
        [],
        [Kind.UPPER],
    ]
    [upper] = [region for region in found[0] if region.kind is Kind.UPPER]
    assert close(upper.box, box(0, 0, 0.5, 1))
    assert close(found[2][0].box, box(0.5, 0, 1, 1))
    assert 0.9 < upper.confidence < 1


def test_labels_know_their_classes_or_are_asked() -> None:
    tokens = Tokens(file="tokens", length=LENGTH)
    for said in ({}, {"classes": CLASSES, "tokens": tokens}):
        with pytest.raises(ValueError, match="needs either classes or tokens"):
            Labels.model_validate({"net": "detector", "scores": "sigmoid", **said})

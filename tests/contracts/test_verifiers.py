"""What every `Verifier` promises. A new adapter is a new entry in VERIFIERS."""

import cv2
import numpy as np
import pytest

from shoppable.adapters.vision.verify import SiftVerifier
from shoppable.adapters.vision.workers import Workers
from shoppable.model.arrays import Agreement, Floats, Image, LocalFeatures
from shoppable.ports import Verifier
from tests.pictures import a_print, blank, darker, warped

VERIFIERS = {"one thread": lambda: SiftVerifier(Workers(1)), "two threads": lambda: SiftVerifier(Workers(2))}
SAME = 20
"""Inliers above which packs call a print the same."""
OTHER = 8

SEEN_WIDTH, SEEN_HEIGHT = 500, 400
CORNERS = np.asarray([[0, 0], [240, 0], [240, 320], [0, 320]], np.float32)
"""Of a print as `a_print` draws it."""


@pytest.fixture(params=VERIFIERS)
def verifier(request: pytest.FixtureRequest) -> Verifier:
    return VERIFIERS[request.param]()


def described(verifier: Verifier, picture: Image) -> LocalFeatures:
    [features] = verifier.describe([picture])
    return features


def compared(verifier: Verifier, seen: Image, catalog: Image) -> Agreement:
    [found] = verifier.agree([(described(verifier, seen), described(verifier, catalog))])
    return found


def seen_at(*corners: tuple[float, float]) -> tuple[Floats, Floats]:
    """The homography that brings a print's corners there, and the box around them in [0, 1] of the seen picture."""
    there = np.asarray(corners, np.float32)
    box = np.concatenate([there.min(axis=0), there.max(axis=0)]) / np.tile([SEEN_WIDTH, SEEN_HEIGHT], 2)
    return np.asarray(cv2.getPerspectiveTransform(CORNERS, there), np.float32), box.astype(np.float32)


VIEWS = {
    "straight": seen_at((150, 40), (390, 40), (390, 360), (150, 360)),
    "smaller": seen_at((200, 100), (320, 100), (320, 260), (200, 260)),
    "turned": seen_at((180, 60), (400, 90), (360, 370), (140, 340)),
    "from the side": seen_at((160, 40), (330, 80), (330, 300), (160, 360)),
}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_print_is_known_again_and_placed(verifier: Verifier, view: str, seed: int) -> None:
    matrix, box = VIEWS[view]
    picture = a_print(seed)
    seen = warped(darker(picture), matrix, SEEN_WIDTH, SEEN_HEIGHT)
    found = compared(verifier, seen, picture)
    assert found.inliers >= SAME
    assert found.box.shape == (4,)
    assert found.box.dtype == np.float32
    np.testing.assert_allclose(found.box, box, atol=0.03)


def test_what_the_frame_cuts_off_is_placed_as_far_as_it_is_seen(verifier: Verifier) -> None:
    matrix, box = seen_at((-120, 40), (120, 40), (120, 360), (-120, 360))
    picture = a_print(3)
    seen = warped(picture, matrix, SEEN_WIDTH, SEEN_HEIGHT)
    found = compared(verifier, seen, picture)
    assert found.inliers >= SAME
    np.testing.assert_allclose(found.box.clip(0, 1), box.clip(0, 1), atol=0.05)


def test_only_the_face_that_agrees_is_placed(verifier: Verifier) -> None:
    """A packshot shows two faces of a package, the film only one: a margin around it is all that is added."""
    matrix, box = VIEWS["straight"]
    face = a_print(1)
    packshot = np.concatenate([face, a_print(2)], axis=1)
    found = compared(verifier, warped(face, matrix, SEEN_WIDTH, SEEN_HEIGHT), packshot)
    assert found.inliers >= SAME
    np.testing.assert_allclose(found.box[[0, 1, 3]], box[[0, 1, 3]], atol=0.04)
    width = box[2] - box[0]
    assert box[2] - 0.04 < found.box[2] < box[2] + 0.35 * width


def test_other_prints_do_not_agree(verifier: Verifier) -> None:
    features = verifier.describe([a_print(seed) for seed in range(10, 16)])
    agreed = verifier.agree([(a, b) for a in features for b in features if a is not b])
    assert len(agreed) == 30
    assert max(each.inliers for each in agreed) < OTHER


@pytest.mark.parametrize("nothing", [blank(0), blank(255), blank(128, 1, 1), blank(7, 1000, 8)])
def test_a_blank_agrees_with_nothing(verifier: Verifier, nothing: Image) -> None:
    empty, full = verifier.describe([nothing, a_print(1)])
    assert len(empty.points) == len(empty.descriptors) == 0
    agreed = verifier.agree([(empty, full), (full, empty), (empty, empty)])
    assert [each.inliers for each in agreed] == [0, 0, 0]


def test_a_mirrored_print_is_another(verifier: Verifier) -> None:
    picture = a_print(5)
    mirrored = np.ascontiguousarray(picture[:, ::-1])
    assert compared(verifier, mirrored, picture).inliers == 0


@pytest.mark.parametrize("seed", [1, 3, 9])
def test_a_small_catalog_picture_is_known_in_a_large_view(verifier: Verifier, seed: int) -> None:
    """Shops send pictures of less detail than a film has."""
    picture = a_print(seed)
    small = np.asarray(cv2.resize(picture, (54, 72), interpolation=cv2.INTER_AREA), np.uint8)
    matrix, box = VIEWS["straight"]
    found = compared(verifier, warped(picture, matrix, SEEN_WIDTH, SEEN_HEIGHT), small)
    assert found.inliers >= 2 * SAME
    np.testing.assert_allclose(found.box, box, atol=0.03)


@pytest.mark.parametrize("size", [(240, 320), (1200, 900), (40, 30), (12, 700)])
def test_features_lie_in_the_picture(verifier: Verifier, size: tuple[int, int]) -> None:
    found = described(verifier, a_print(6, *size))
    assert found.points.shape == (len(found.descriptors), 2)
    assert found.points.dtype == np.float32
    assert found.descriptors.dtype == np.uint8
    assert ((found.points >= 0) & (found.points <= 1)).all()
    assert found.descriptors.any(axis=1).all()


def test_the_same_again_is_the_same(verifier: Verifier) -> None:
    matrix, _ = VIEWS["turned"]
    picture = a_print(7)
    seen = described(verifier, warped(picture, matrix, SEEN_WIDTH, SEEN_HEIGHT))
    catalog, same = verifier.describe([picture, picture])
    first, again = verifier.agree([(seen, catalog), (seen, same)])
    assert first.inliers == again.inliers
    np.testing.assert_array_equal(first.box, again.box)
    np.testing.assert_array_equal(described(verifier, picture).descriptors, catalog.descriptors)


def test_pictures_and_pairs_stand_in_their_order(verifier: Verifier) -> None:
    pictures = [a_print(11), blank(128), a_print(12, 100, 400), a_print(13)]
    together = verifier.describe(pictures)
    for picture, features in zip(pictures, together, strict=True):
        np.testing.assert_array_equal(features.descriptors, described(verifier, picture).descriptors)
    agreed = verifier.agree([(together[0], each) for each in together])
    assert [each.inliers >= SAME for each in agreed] == [True, False, False, False]
    assert verifier.describe([]) == []
    assert verifier.agree([]) == []


def test_a_picture_of_any_size_is_the_same_print(verifier: Verifier) -> None:
    picture = a_print(8)
    large = np.asarray(cv2.resize(picture, (1440, 1920), interpolation=cv2.INTER_CUBIC), np.uint8)
    found = compared(verifier, large, picture)
    assert found.inliers >= SAME
    np.testing.assert_allclose(found.box, [0, 0, 1, 1], atol=0.03)

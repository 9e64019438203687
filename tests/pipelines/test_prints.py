"""Prints of catalog pictures are described once, whoever needs them first."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from shoppable.adapters.vision.verify import SiftVerifier
from shoppable.adapters.vision.workers import Workers
from shoppable.model.arrays import Agreement, Image, LocalFeatures
from shoppable.model.catalog import Picture
from shoppable.steps.printing import kept_prints
from tests.pipelines.house import House, build


@dataclass
class Counting:
    """A verifier that says how many pictures it described."""

    verifier: SiftVerifier = field(default_factory=lambda: SiftVerifier(Workers(1)))
    described: int = 0

    def describe(self, images: Sequence[Image]) -> list[LocalFeatures]:
        self.described += len(images)
        return self.verifier.describe(images)

    def agree(self, pairs: Sequence[tuple[LocalFeatures, LocalFeatures]]) -> list[Agreement]:
        return self.verifier.agree(pairs)


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = build(tmp_path)
    made.shop.put("tea", google_product_category="Food", title="Tea in a tin")
    made.shop.put("shirt", google_product_category="Shirts & Tops", title="Shirt")
    return replace(made, ports=replace(made.ports, verifier=Counting()))


def described(house: House) -> int:
    assert isinstance(house.ports.verifier, Counting)
    return house.ports.verifier.described


def pictures(house: House, product_id: str) -> list[Picture]:
    return list(house.products[product_id].pictures)


def test_ingest_describes_things_and_no_garments(house: House) -> None:
    house.ingest()
    assert described(house) == len(pictures(house, "tea"))
    kept = list(house.ports.blobs.keys("t/default/prints"))
    assert [Path(key).stem for key in kept] == [each.picture_id for each in pictures(house, "tea")]


def test_what_was_kept_is_not_described_again(house: House) -> None:
    house.ingest()
    before = described(house)
    [features] = kept_prints(house.ports, pictures(house, "tea"))
    assert described(house) == before
    assert features.descriptors.dtype == np.uint8
    assert len(features.descriptors) == len(features.points)


def test_what_got_lost_is_described_when_it_is_needed_and_kept(house: House) -> None:
    house.ingest()
    wanted = pictures(house, "tea") * 2
    [first, _] = kept_prints(house.ports, wanted)
    house.ports.blobs.delete(list(house.ports.blobs.keys("t/default/prints")))
    before = described(house)
    [again, same] = kept_prints(house.ports, wanted)
    assert described(house) == before + 1
    assert again.shape == first.shape
    np.testing.assert_array_equal(again.descriptors, same.descriptors)
    kept_prints(house.ports, wanted)
    assert described(house) == before + 1

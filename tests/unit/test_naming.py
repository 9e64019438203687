"""Naming what a picture shows by its likeness to words."""

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from shoppable.adapters.vision.eyes import open_eyes, read_taxonomy
from shoppable.adapters.vision.packs import Packs
from shoppable.errors import InvalidInput, NotFound
from shoppable.logic.naming import Named, label_vectors, name_of
from shoppable.model.arrays import Crop, Floats
from shoppable.model.seen import Kind
from shoppable.model.taxonomy import Label, Taxonomy
from tests.pictures import blank
from tests.tiny_nets import open_eyes as open_pack


def taxonomy(*labels: tuple[str, Kind, tuple[str, ...]]) -> Taxonomy:
    return Taxonomy(label=tuple(Label(name=name, kind=kind, prompts=prompts) for name, kind, prompts in labels))


CLOTHES = taxonomy(
    ("shirt", Kind.UPPER, ("a shirt", "a blouse")),
    ("sweater", Kind.UPPER, ("a sweater",)),
    ("skirt", Kind.LOWER, ("a skirt",)),
)
AXES = np.eye(4, dtype=np.float32)


def towards(*weights: float) -> Floats:
    vector = np.asarray(weights, np.float32)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def test_a_labels_vector_is_the_mean_of_its_prompts() -> None:
    found = label_vectors(CLOTHES, AXES)
    np.testing.assert_allclose(found, [[0.5**0.5, 0.5**0.5, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], rtol=1e-6)
    with pytest.raises(InvalidInput, match="3 vectors for 4 prompts"):
        label_vectors(CLOTHES, AXES[:3])


def test_the_likeliest_label_is_named() -> None:
    labels = label_vectors(CLOTHES, AXES)
    found = name_of(towards(0, 0, 0.1, 1), labels, CLOTHES, logit_scale=20, least=0.9)
    assert found is not None
    assert (found.label, found.kind) == ("skirt", Kind.LOWER)
    assert 0.99 < found.share <= 1


def test_it_is_softmax_at_the_nets_scale() -> None:
    """Cosines 1, 0, 0 at scale 2: e^2 / (e^2 + 2)."""
    shared = taxonomy(*((kind.value, kind, ("it",)) for kind in (Kind.FEET, Kind.HEAD, Kind.THING)))
    found = name_of(AXES[0], AXES[:3], shared, logit_scale=2, least=0.7)
    assert found is not None
    assert found.share == pytest.approx(np.exp(2) / (np.exp(2) + 2))
    assert found == Named(label="feet", kind=Kind.FEET, share=found.share)
    assert name_of(AXES[0], AXES[:3], shared, logit_scale=2, least=0.8) is None


def test_labels_of_one_kind_stand_together() -> None:
    """Between shirt and sweater it is undecided, and surely an upper."""
    labels = label_vectors(CLOTHES, AXES)
    found = name_of(towards(0.5, 0.5, 0.72, 0), labels, CLOTHES, logit_scale=50, least=0.9)
    assert found is not None
    assert (found.label, found.kind) == ("sweater", Kind.UPPER)
    assert found.share > 0.99


def test_what_is_like_everything_is_nothing() -> None:
    labels = label_vectors(CLOTHES, AXES)
    assert name_of(towards(1, 1, 1, 1), labels, CLOTHES, logit_scale=1, least=0.7) is None


def test_pictures_are_named_by_a_pack_of_pictures_and_words(tmp_path: Path) -> None:
    """The whole way: prompts through the tokenizer and the text net, pictures through the other, one space."""
    eyes = open_pack("words", tmp_path)
    colours = taxonomy(
        ("ruby", Kind.UPPER, ("a RED thing", "red")), ("grass", Kind.LOWER, ("green",)), ("snow", Kind.FEET, ("white",))
    )
    assert eyes.text is not None
    prompts = label_vectors(colours, eyes.text.embed_texts(colours.prompts))
    space = eyes.embedder.space
    start = sum(each.dimension for each in space.channels[: [c.name for c in space.channels].index(eyes.text.channel)])
    red, green = blank(0), blank(0)
    red[..., 0] = green[..., 1] = 240
    vectors = eyes.embedder.embed([Crop(red, Kind.THING), Crop(green, Kind.THING), Crop(blank(250), Kind.THING)])
    named = [
        name_of(vector[start:], prompts, colours, logit_scale=eyes.text.logit_scale, least=0.9) for vector in vectors
    ]
    assert [each and (each.label, each.kind) for each in named] == [
        ("ruby", Kind.UPPER),
        ("grass", Kind.LOWER),
        ("snow", Kind.FEET),
    ]


def test_the_taxonomy_in_the_box_asks_for_all_kinds(tmp_path: Path) -> None:
    packs = Packs(tmp_path, threads=1)
    goods = packs.open("classic").taxonomy
    assert {label.kind for label in goods.label} == set(Kind)
    assert len(set(goods.prompts)) == len(goods.prompts)
    assert all(prompt == prompt.lower() for prompt in goods.prompts)  # as nets are asked
    for name, kind in (("shirt, blouse", Kind.UPPER), ("pants", Kind.LOWER), ("dress", Kind.WHOLE)):
        label = goods.of_class(name)
        assert label is not None
        assert label.kind is kind
    assert goods.of_class("sleeve") is None


@pytest.mark.parametrize("name", ["siglip2", "fashion-siglip"])
def test_packs_in_the_box_can_be_opened_once_their_files_are_there(tmp_path: Path, name: str) -> None:
    """Their nets load when first used, so that opening needs no files: manifest and taxonomy must fit together."""
    shelf = Packs(tmp_path, threads=1).shelf(name)
    eyes = open_eyes(shelf.pack, shelf.folder, threads=1)
    assert eyes.text is not None
    assert eyes.text.channel in [channel.name for channel in eyes.embedder.space.channels]
    assert eyes.text.logit_scale >= 100
    with pytest.raises(NotFound, match=r"tokenizer\.json is missing"):
        eyes.text.embed_texts(["a dress"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("label = 3", "is not a taxonomy: label: "),
        ("", "is not a taxonomy: label: Field required"),
        ('[[label]]\nname = "a"\nkind = "hand"\nprompts = ["a"]', r"label\.0\.kind: "),
        ('[[label]]\nname = "a"\nkind = "feet"\nprompts = []', r"label\.0\.prompts: "),
        ("[[label]", "is not TOML"),
    ],
)
def test_a_taxonomy_is_held_to_its_word(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "taxonomy.toml"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=rf"taxonomy\.toml {told}" if told.startswith("is") else told) as caught:
        read_taxonomy(path)
    assert "\n" not in str(caught.value)


def test_a_class_belongs_to_one_label() -> None:
    shoe = Label(name="shoe", kind=Kind.FEET, prompts=("a shoe",))
    with pytest.raises(ValidationError, match="has two labels for shoe"):
        Taxonomy(label=(shoe, Label(name="boot", kind=Kind.FEET, prompts=("a boot",), classes=("shoe",))))
    assert Taxonomy(label=(shoe,)).of_class("boot") is None

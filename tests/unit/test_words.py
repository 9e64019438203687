"""From texts to numbers, and from numbers to vectors beside the pictures'."""

import json
from pathlib import Path

import numpy as np
import pytest

from shoppable.adapters.vision.manifest import PackChannel, Text, Tokens
from shoppable.adapters.vision.nets import TextNet
from shoppable.adapters.vision.texts import PackTextEmbedder
from shoppable.adapters.vision.words import Tokenizer
from shoppable.adapters.vision.workers import Workers
from shoppable.errors import InvalidInput, NotFound
from tests.tiny_nets import file_of
from tests.tiny_words import DIMENSION, LENGTH, VOCABULARY, write_text, write_tokenizer

PAD, END, UNKNOWN = (VOCABULARY[word] for word in ("<pad>", "</s>", "<unk>"))
RED, BLUE = VOCABULARY["red"], VOCABULARY["blue"]


def tokenizer(path: Path, *, pad: str | None = None, lower: bool = False) -> Tokenizer:
    tokens = Tokens(file="tokens", length=LENGTH, pad=pad, lower=lower)
    return Tokenizer(file_of(path), tokens, path.parent)


def test_texts_become_rows_of_one_length(tmp_path: Path) -> None:
    words = tokenizer(write_tokenizer(tmp_path / "tokenizer.json")).words(["red blue", "", "a RED thing"])
    assert {name: (each.shape, each.dtype) for name, each in words.items()} == dict.fromkeys(
        ("input_ids", "attention_mask", "token_type_ids"), ((3, LENGTH), np.dtype(np.int64))
    )
    assert words["input_ids"].tolist() == [
        [RED, BLUE, END, PAD, PAD, PAD, PAD, PAD],
        [END, PAD, PAD, PAD, PAD, PAD, PAD, PAD],
        [UNKNOWN, RED, UNKNOWN, END, PAD, PAD, PAD, PAD],
    ]
    assert words["attention_mask"].sum(axis=1).tolist() == [3, 1, 4]
    assert not words["token_type_ids"].any()


def test_a_long_text_is_cut_and_still_ended(tmp_path: Path) -> None:
    words = tokenizer(write_tokenizer(tmp_path / "tokenizer.json")).words(["red " * 50])
    assert words["input_ids"].tolist() == [[RED] * (LENGTH - 1) + [END]]


def test_no_texts_no_rows(tmp_path: Path) -> None:
    words = tokenizer(write_tokenizer(tmp_path / "tokenizer.json")).words([])
    assert {each.shape for each in words.values()} == {(0, LENGTH)}


@pytest.mark.parametrize(
    ("in_file", "in_pack", "known"), [(True, False, True), (False, True, True), (False, False, False)]
)
def test_small_letters_where_the_file_or_the_pack_says_so(
    tmp_path: Path, in_file: bool, in_pack: bool, known: bool
) -> None:
    path = write_tokenizer(tmp_path / "tokenizer.json", lower=in_file)
    first = tokenizer(path, lower=in_pack).words(["Red"])["input_ids"][0, 0]
    assert first == (RED if known else UNKNOWN)


def test_what_fills_up_is_said_by_the_pack_where_the_file_does_not(tmp_path: Path) -> None:
    path = write_tokenizer(tmp_path / "tokenizer.json", pads=False)
    assert tokenizer(path, pad="</s>").words(["red"])["input_ids"].tolist() == [[RED] + [END] * (LENGTH - 1)]
    with pytest.raises(InvalidInput, match=r"tokenizer\.json names no token to fill up with: say another pad"):
        tokenizer(path).words(["red"])
    with pytest.raises(InvalidInput, match=r"tokenizer\.json has no token !: say another pad"):
        tokenizer(path, pad="!").words(["red"])


def test_what_fills_up_the_left_stays_left(tmp_path: Path) -> None:
    path = write_tokenizer(tmp_path / "tokenizer.json")
    said = json.loads(path.read_text())
    said["padding"]["direction"] = "Left"
    path.write_text(json.dumps(said))
    assert tokenizer(path).words(["red"])["input_ids"].tolist() == [[PAD] * (LENGTH - 2) + [RED, END]]


def test_another_file_is_noticed(tmp_path: Path) -> None:
    path = write_tokenizer(tmp_path / "tokenizer.json")
    made = tokenizer(path)
    path.write_text(path.read_text() + " ")
    with pytest.raises(InvalidInput, match="the file is damaged or another one"):
        made.words(["red"])
    path.unlink()
    with pytest.raises(NotFound, match=r"tokenizer\.json is missing from"):
        made.words(["red"])


def test_what_is_no_tokenizer_cannot_be_loaded(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text('{"version": "1.0"}\n')
    with pytest.raises(InvalidInput, match=r"tokenizer\.json cannot be loaded as a tokenizer: ") as told:
        tokenizer(path).words(["red"])
    assert "\n" not in str(told.value)


def test_a_net_of_another_length_is_told(tmp_path: Path) -> None:
    text = Text(net="text", channel="shared", logit_scale=20, tokens=Tokens(file="tokens", length=LENGTH))
    embedder = PackTextEmbedder(
        text,
        PackChannel(name="shared", dimension=DIMENSION + 1, source="net", net="vision"),
        net=TextNet(file_of(write_text(tmp_path / "text.onnx")), tmp_path, Workers(1), output="pooler_output"),
        tokenizer=tokenizer(write_tokenizer(tmp_path / "tokenizer.json")),
    )
    with pytest.raises(InvalidInput, match=r"net text gave \(48,\) for a text, channel shared has 49"):
        embedder.embed_texts(["red"])

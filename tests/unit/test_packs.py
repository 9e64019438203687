"""Packs on this machine: which are known, which one `auto` means, and what adding one checks."""

from pathlib import Path

import numpy as np
import pytest

from shoppable.adapters.vision.find_classic import ClassicLocalizer
from shoppable.adapters.vision.find_nets import NetLocalizer
from shoppable.adapters.vision.packs import Packs
from shoppable.adapters.vision.verify import SiftVerifier
from shoppable.errors import Conflict, InvalidInput, NotFound
from shoppable.model.arrays import Crop
from shoppable.model.seen import Kind
from tests.pictures import a_print
from tests.samples import samples
from tests.tiny_nets import TINY_DIMENSION, write_patches, write_tiny_pack


@pytest.fixture
def packs(tmp_path: Path) -> Packs:
    return Packs(tmp_path / "packs", threads=1)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_tiny_pack(tmp_path / "source")


def listed(packs: Packs) -> list[tuple[str, bool]]:
    return [(shelf.pack.name, shelf.present) for shelf in packs.shelves()]


FRESH = [("classic", True), ("lite", False), ("siglip2", False), ("fashion-siglip", False)]
"""Before anything was added: what is not here comes last and changes nothing, whatever its rank."""


def edit(pack: Path, old: str, new: str) -> None:
    manifest = pack / "pack.toml"
    text = manifest.read_text()
    assert old in text
    manifest.write_text(text.replace(old, new))


def lites_files(packs: Packs, folder: Path) -> Path:
    """Files with the names of those of `lite`, and nothing sound in them."""
    folder.mkdir(exist_ok=True)
    for net in packs.shelf("lite").pack.net:
        (folder / net.file).write_bytes(b"no net")
    return folder


def test_in_the_beginning_there_is_classic(packs: Packs) -> None:
    assert listed(packs) == FRESH
    assert packs.shelf("auto").pack.name == "classic"
    assert [net.file for net in packs.shelf("lite").missing] == [net.file for net in packs.shelf("lite").pack.net]


def test_classic_opens_without_files(packs: Packs) -> None:
    eyes = packs.open("auto")
    assert isinstance(eyes.localizer, ClassicLocalizer)
    assert isinstance(eyes.verifier, SiftVerifier)
    assert eyes.embedder.space.name == "classic@2"


def test_the_space_is_the_manifests(packs: Packs, tiny: Path) -> None:
    edit(tiny, "dimension = 1568", "dimension = 1568\nweight = 0.5")
    edit(tiny, "affinity = 8.0", "affinity = 8.0\nlead = 3.0")
    edit(tiny, "learned = true", "learned = true\nkept = 9")
    edit(tiny, "rank = 5", "rank = 5\nmin_inliers = 33")
    packs.add(tiny)
    space = packs.open("tiny").embedder.space
    assert (space.name, space.dimension, space.min_inliers) == ("tiny@1", 1568 + TINY_DIMENSION, 33)
    assert (space.calibration.chance, space.calibration.affinity, space.calibration.lead) == (-6, 8, 3)
    assert [(each.weight, each.learned, each.kept) for each in space.channels] == [(0.5, False, 128), (1, True, 9)]


def test_an_added_pack_is_there_and_auto_takes_the_highest_rank(packs: Packs, tiny: Path) -> None:
    shelf = packs.add(tiny)
    assert shelf.present
    assert listed(packs) == [("tiny", True), *FRESH]
    assert packs.shelf("auto").pack.name == "tiny"
    assert sorted(path.name for path in shelf.folder.iterdir()) == ["pack.toml", "patches.onnx"]
    for path in shelf.folder.iterdir():
        assert path.read_bytes() == (tiny / path.name).read_bytes()


def test_a_pack_of_lower_rank_comes_after_classic(packs: Packs, tiny: Path) -> None:
    edit(tiny, "rank = 5", "rank = -1")
    packs.add(tiny)
    assert listed(packs) == [FRESH[0], ("tiny", True), *FRESH[1:]]


def test_an_added_pack_sees(packs: Packs, tiny: Path) -> None:
    packs.add(tiny)
    for path in tiny.iterdir():
        path.unlink()
    eyes = packs.open("tiny")
    assert isinstance(eyes.localizer, ClassicLocalizer)
    [vector] = eyes.embedder.embed([Crop(a_print(1), Kind.THING)])
    assert np.linalg.norm(vector[1568:]) == pytest.approx(1, abs=1e-5)


def test_a_channel_of_another_length_is_told(packs: Packs, tiny: Path) -> None:
    edit(tiny, f"dimension = {TINY_DIMENSION}", "dimension = 47")
    packs.add(tiny)
    with pytest.raises(InvalidInput, match=r"channel patches gave \(48,\), its pack says 47"):
        packs.open("tiny").embedder.embed([Crop(a_print(1), Kind.THING)])


def test_unknown_and_absent_packs_say_what_to_do(packs: Packs) -> None:
    with pytest.raises(
        NotFound,
        match=r"no pack huge: known are classic, lite, siglip2, fashion-siglip; `shoppable models add DIR` adds one",
    ):
        packs.open("huge")
    with pytest.raises(NotFound, match=r"`shoppable models pull lite` downloads 20 MB"):
        packs.open("lite")


def test_a_file_taken_away_is_missing_again(packs: Packs, tiny: Path) -> None:
    (packs.add(tiny).folder / "patches.onnx").unlink()
    names = ["classic", "lite", "siglip2", "tiny", "fashion-siglip"]
    assert listed(packs) == sorted([*FRESH, ("tiny", False)], key=lambda each: names.index(each[0]))
    assert packs.shelf("auto").pack.name == "classic"


@pytest.mark.parametrize(
    ("name", "data", "error", "told"),
    [
        ("patches.onnx", b"x", InvalidInput, r"patches\.onnx has checksum 2d711642b726.*: the file is damaged"),
        ("patches.onnx", None, NotFound, r"patches\.onnx is missing from .*source"),
        ("pack.toml", None, NotFound, r"no pack\.toml in .*source: a pack is a folder with"),
        ("pack.toml", b"name = tiny", InvalidInput, r"pack\.toml is not TOML: "),
        ("pack.toml", b"name = '\xff'", InvalidInput, r"pack\.toml is not TOML: "),
    ],
)
def test_a_spoilt_pack_is_not_added(
    packs: Packs, tiny: Path, name: str, data: bytes | None, error: type[Exception], told: str
) -> None:
    (tiny / name).unlink() if data is None else (tiny / name).write_bytes(data)
    refused(packs, tiny, error, told)


@pytest.mark.parametrize("name", ["patches.onnx", "pack.toml"])
def test_a_folder_is_no_file(packs: Packs, tiny: Path, name: str) -> None:
    (tiny / name).unlink()
    (tiny / name).mkdir()
    refused(packs, tiny, InvalidInput, f"{name} cannot be read: Is a directory")


def refused(packs: Packs, source: Path, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told) as caught:
        packs.add(source)
    assert "\n" not in str(caught.value)
    assert listed(packs) == FRESH
    assert not (source.parent / "packs").exists()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("rank = 5", "rang = 5", "rang: Extra inputs are not permitted"),
        ("version = 1\n", "", "version: Field required"),
        ("version = 1", "version = 0", "version: Input should be greater than or equal to 1"),
        ('name = "tiny"', 'name = "../tiny"', "name: String should match"),
        ("width = 8,", "width = 8, depth = 3,", r"net\.0\.input\.depth: Extra inputs are not permitted"),
        ("width = 8,", "width = 8, mean = [1, 2],", r"net\.0\.input\.mean"),
        ("https://", "http://", r"net\.0\.url: String should match"),
        ('file = "patches.onnx"', 'file = "../patches.onnx"', r"net\.0\.file: String should match"),
        ('file = "patches.onnx"', 'file = "patches.exe"', r"net\.0\.file: String should match"),
        ('licence = "Apache-2.0 (made by a test)"', 'licence = ""', r"net\.0\.licence: "),
        ('net = "patches"', 'net = "other"', "names nets that it does not list: other"),
        ('net = "patches"\n', "", "channel patches must name a net exactly when its source is net"),
        ('source = "colour"', 'source = "colour"\nnet = "patches"', "channel colour must name a net exactly"),
        (
            'source = "colour"',
            'source = "smell"',
            r"channel\.0\.source: Input should be 'net', 'colour', 'layout' or 'texture'",
        ),
        ('name = "colour"', 'name = "patches"', "has two channels named patches"),
        ("dimension = 1568", "dimension = 1568\nweight = -1", r"channel\.0\.weight: "),
        ("dimension = 1568", "dimension = 1568\nweight = nan", r"channel\.0\.weight: Input should be a finite number"),
        ("dimension = ", "weight = 0\ndimension = ", "has no channel with a weight above 0"),
        ("learned = true", "learned = true\nkept = 0", r"channel\.1\.kept: Input should be greater than 0"),
        ("affinity = 8.0", "affinity = 0", r"calibration\.affinity: Input should be greater than 0"),
        ("chance = -6.0", "chance = inf", r"calibration\.chance: Input should be a finite number"),
        ("[calibration]", '[looking]\npersons = "patches"\n[calibration]', "looking: .* a net for persons only"),
        ("[calibration]", '[looking]\npersons = "eyes"\njoints = "eyes"\nthings = "eyes"\n[calibration]', "list: eyes"),
    ],
)
def test_a_manifest_is_held_to_its_word(packs: Packs, tiny: Path, old: str, new: str, told: str) -> None:
    edit(tiny, old, new)
    refused(packs, tiny, InvalidInput, rf"{tiny}/pack\.toml is not a pack: .*{told}")


@pytest.mark.parametrize(("name", "told"), [("again", "entries for the file"), ("patches", "files named")])
def test_nets_have_names_and_files_of_their_own(packs: Packs, tiny: Path, name: str, told: str) -> None:
    text = (tiny / "pack.toml").read_text()
    entry = text[text.index("[[net]]") :].replace('name = "patches"', f'name = "{name}"')
    (tiny / "pack.toml").write_text(f"{text}\n{entry}")
    refused(packs, tiny, InvalidInput, f"has two {told} patches")


def test_a_folder_must_be_there(packs: Packs, tmp_path: Path) -> None:
    refused(packs, tmp_path / "nowhere", NotFound, "no folder .*nowhere: give a folder that holds a pack's files")
    (tmp_path / "file").touch()
    refused(packs, tmp_path / "file", NotFound, "no folder ")


@pytest.mark.parametrize("name", ["lite", "classic"])
def test_nobody_takes_the_name_of_a_pack_in_the_box(packs: Packs, tiny: Path, name: str) -> None:
    edit(tiny, 'name = "tiny"', f'name = "{name}"')
    refused(packs, tiny, InvalidInput, f"calls itself {name}, a pack that is in the box: give it another name")


def test_adding_again_changes_nothing(packs: Packs, tiny: Path) -> None:
    assert packs.add(tiny) == packs.add(tiny)
    assert packs.add(packs.shelf("tiny").folder).present
    assert listed(packs) == [("tiny", True), *FRESH]


def test_other_nets_are_another_version(packs: Packs, tiny: Path) -> None:
    """Vectors are told apart by name and version alone."""
    packs.add(tiny)
    edit(tiny, 'colours = "rgb"', 'colours = "bgr"')
    with pytest.raises(Conflict, match=r"another pack tiny@1 is here, .*: raise the version in .*source/pack\.toml"):
        packs.add(tiny)
    edit(tiny, "version = 1", "version = 2")
    assert packs.add(tiny).pack.space.name == "tiny@2"
    assert packs.open("tiny").embedder.space.name == "tiny@2"


def test_what_makes_no_other_vectors_may_change(packs: Packs, tiny: Path) -> None:
    packs.add(tiny)
    edit(tiny, "chance = -6.0", "chance = -7.0")
    assert packs.add(tiny).pack.calibration.chance == -7
    assert packs.shelf("tiny").pack.calibration.chance == -7


def test_adding_mends_what_was_damaged(packs: Packs, tiny: Path) -> None:
    folder = packs.add(tiny).folder
    (folder / "pack.toml").write_text("broken")
    (folder / "patches.onnx").write_bytes(b"broken")
    assert packs.add(tiny).present
    assert len(packs.open("tiny").embedder.embed([Crop(a_print(1), Kind.THING)])) == 1


def test_files_of_a_pack_in_the_box_are_held_to_its_checksums(packs: Packs, tmp_path: Path) -> None:
    folder = lites_files(packs, tmp_path / "source")
    refused(packs, folder, InvalidInput, r"yolox_nano\.onnx has checksum .* get it again from https://")
    (folder / "mobile_object_localizer_v1.onnx").unlink()
    (folder / "yolox_nano.onnx").unlink()
    refused(packs, folder, NotFound, r"yolox_nano\.onnx is missing from .*source")


def test_a_pack_may_hold_files_of_another(packs: Packs, tiny: Path) -> None:
    lites_files(packs, tiny)
    assert packs.add(tiny).pack.name == "tiny"


def test_a_broken_manifest_beside_some_files_of_the_box_is_what_is_told(packs: Packs, tiny: Path) -> None:
    write_patches(tiny / "yolox_nano.onnx")
    edit(tiny, "rank = 5", "rang = 5")
    refused(packs, tiny, InvalidInput, "rang: Extra inputs are not permitted")


def test_the_real_pack_is_taken_from_a_folder(packs: Packs) -> None:
    source = samples("models", "lite")
    shelf = packs.add(source)
    assert listed(packs) == [("lite", True), ("classic", True), *FRESH[2:]]
    assert packs.shelf("auto").pack.name == "lite"
    assert {path.name: path.stat().st_size for path in shelf.folder.iterdir()} == {
        net.file: net.bytes for net in shelf.pack.net
    }
    assert shelf.pack.bytes == sum((source / net.file).stat().st_size for net in shelf.pack.net)
    eyes = packs.open("auto")
    assert isinstance(eyes.localizer, NetLocalizer)
    assert eyes.embedder.embed([Crop(a_print(1), Kind.THING)]).shape == (1, 1568 + 1280 + 1024)

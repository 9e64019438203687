"""Files whose checksum no manifest knows: the first that comes is trusted, every later one compared with it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from shoppable.adapters.fetching.http import HttpFetcher
from shoppable.adapters.vision.checksums import LOCK
from shoppable.adapters.vision.packs import Packs
from shoppable.errors import InvalidInput, Unavailable
from shoppable.model.arrays import Crop
from shoppable.model.seen import Kind
from tests.https import Server, serve
from tests.pictures import a_print
from tests.tiny_words import write_text, write_words_pack

FILES = ["detector/model.onnx", "onnx/text_model.onnx", "onnx/vision_model.onnx", "tokenizer.json"]
VISION = "onnx/vision_model.onnx"


@dataclass(frozen=True)
class Place:
    """A pack that is known here by its manifest alone; its files are on a server and in a folder."""

    packs: Packs
    folder: Path
    source: Path
    server: Server

    def pull(self) -> list[tuple[str, int, int]]:
        said: list[tuple[str, int, int]] = []
        assert self.packs.pull("words", lambda *told: said.append(told)).present
        return said

    def recorded(self) -> dict[str, str]:
        found = json.loads((self.folder / LOCK).read_text())["files"]
        return {file: each["sha256"] for file, each in found.items()}

    def see(self) -> None:
        eyes = self.packs.open("words")
        assert len(eyes.embedder.embed([Crop(a_print(1), Kind.THING)])) == 1
        assert eyes.text is not None
        assert len(eyes.text.embed_texts(["red"])) == 1


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def place(tmp_path: Path, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    folder, source = tmp_path / "packs" / "words", tmp_path / "source"
    with serve({}, authority) as server:
        write_words_pack(source, url=server.url(""))
        server.files.update({f"/{file}": (source / file).read_bytes() for file in FILES})
        folder.mkdir(parents=True)
        (source / "pack.toml").rename(folder / "pack.toml")
        packs = Packs(tmp_path / "packs", threads=1, fetcher=HttpFetcher([server.url("")], retry_s=0.01))
        yield Place(packs, folder, source, server)


def test_a_pull_records_what_came_and_asks_no_more(place: Place) -> None:
    before = place.packs.shelf("words")
    assert (before.present, before.pack.checked, before.pack.size) == (False, False, "about 0 MB")
    said = place.pull()
    assert {file: total for file, _, total in said} == {file: len(place.server.files[f"/{file}"]) for file in FILES}
    assert sorted(place.recorded()) == FILES
    assert place.packs.shelf("words").pack.checked
    place.see()
    asked = len(place.server.asked)
    assert place.pull() == []
    assert len(place.server.asked) == asked == len(FILES)
    assert not list(place.folder.rglob("*.part"))


def test_a_file_that_changed_here_is_not_used_and_got_again(place: Place) -> None:
    place.pull()
    (place.folder / VISION).write_bytes(b"something else")
    with pytest.raises(
        InvalidInput, match=r"vision_model\.onnx has checksum .* the pack says .* damaged or another one"
    ):
        place.see()
    assert {file for file, _, _ in place.pull()} == {VISION}
    place.see()


def test_a_file_that_changed_there_is_not_taken(place: Place) -> None:
    place.pull()
    before = place.recorded()
    (place.folder / VISION).unlink()
    place.server.files[f"/{VISION}"] = b"something else"
    with pytest.raises(InvalidInput, match=r"vision_model\.onnx\.part has checksum .* the pack says"):
        place.pull()
    assert not place.packs.shelf("words").present
    assert place.recorded() == before


def test_no_part_of_another_file_gets_into_one_that_nobody_knows(place: Place) -> None:
    part = place.folder / f"{VISION}.part"
    part.parent.mkdir()
    part.write_bytes(b"x" * 100)
    place.pull()
    assert all("range" not in asked for asked in place.server.asked)
    place.see()


def test_what_was_cut_off_is_not_trusted(place: Place) -> None:
    place.server.cut_after = 50
    with pytest.raises(Unavailable, match="pull again"):
        place.pull()
    assert not (place.folder / LOCK).exists()
    place.server.cut_after = None
    place.pull()
    place.see()


def test_once_recorded_a_pull_goes_on_where_it_stopped(place: Place) -> None:
    place.pull()
    data = (place.folder / VISION).read_bytes()
    (place.folder / VISION).rename(place.folder / f"{VISION}.part")
    (place.folder / f"{VISION}.part").write_bytes(data[:100])
    place.pull()
    assert place.server.asked[-1]["range"] == "bytes=100-"
    place.see()


def test_files_laid_there_by_hand_are_missing_until_they_are_added(place: Place) -> None:
    for file in FILES:
        (place.folder / file).parent.mkdir(exist_ok=True)
        (place.folder / file).write_bytes((place.source / file).read_bytes())
    assert [each.file for each in place.packs.shelf("words").missing] == [
        "onnx/vision_model.onnx", "detector/model.onnx", "onnx/text_model.onnx", "tokenizer.json"
    ]  # fmt: skip
    assert place.packs.shelf("auto").pack.name == "classic"
    assert place.packs.add(place.folder).present
    assert sorted(place.recorded()) == FILES
    place.see()


def added(place: Place) -> None:
    (place.source / "pack.toml").write_bytes((place.folder / "pack.toml").read_bytes())
    assert place.packs.add(place.source).present


def test_adding_records_and_compares_likewise(place: Place) -> None:
    added(place)
    place.see()
    before = place.recorded()
    added(place)
    assert place.recorded() == before
    write_text(place.source / "onnx" / "text_model.onnx", batch=1)
    with pytest.raises(InvalidInput, match=r"text_model\.onnx has checksum .* the pack says"):
        added(place)
    place.see()


def test_a_new_version_is_trusted_anew(place: Place) -> None:
    added(place)
    before = place.recorded()
    write_text(place.source / "onnx" / "text_model.onnx", batch=1)
    manifest = place.folder / "pack.toml"
    manifest.write_text(manifest.read_text().replace("version = 1", "version = 2"))
    assert not place.packs.shelf("words").present
    added(place)
    assert {file for file, sha256 in place.recorded().items() if sha256 != before[file]} == {"onnx/text_model.onnx"}
    place.see()


def test_a_record_that_cannot_be_read_is_told(place: Place) -> None:
    added(place)
    (place.folder / LOCK).write_text("{")
    with pytest.raises(InvalidInput, match=r"pack\.lock cannot be read as recorded checksums: remove it") as told:
        place.packs.shelves()
    assert "\n" not in str(told.value)


def test_a_taxonomy_beside_the_manifest_comes_along(place: Place) -> None:
    own = place.source / "taxonomy.toml"
    own.write_text('[[label]]\nname = "parcel"\nkind = "feet"\nprompts = ["a parcel"]\nclasses = ["package"]\n')
    added(place)
    eyes = place.packs.open("words")
    assert [label.name for label in eyes.taxonomy.label] == ["parcel"]
    picture = a_print(3).copy()
    picture[:40] = picture[0, 0]
    [found] = eyes.localizer.in_frames([picture])
    assert {region.kind for region in found} == {Kind.FEET}
    own.write_text("label = 3")
    with pytest.raises(InvalidInput, match="is not a taxonomy"):
        added(place)

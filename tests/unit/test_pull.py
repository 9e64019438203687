"""Downloading a pack over real HTTPS, on this machine: going on after a break, and never keeping wrong bytes."""

import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
import trustme

from shoppable.adapters.fetching.http import HttpFetcher
from shoppable.adapters.vision.packs import Packs
from shoppable.errors import InvalidInput, NotFound, Unavailable
from shoppable.model.arrays import Crop
from shoppable.model.seen import Kind
from tests.https import Server, serve
from tests.pictures import a_print
from tests.tiny_nets import write_tiny_pack

NET = "patches.onnx"
NOBODY = "https://127.0.0.1:1"
"""Where no server is."""
PADDING = 300_000
"""Makes the net larger than several pieces of a download."""


@dataclass
class Said:
    """What a pull told of its progress."""

    calls: list[tuple[str, int, int]] = field(default_factory=list)

    def __call__(self, file: str, done: int, total: int) -> None:
        self.calls.append((file, done, total))

    def check(self, size: int) -> None:
        """Each file and its size, and bytes that only grow, up to all of them."""
        assert {(file, total) for file, _, total in self.calls} == {(NET, size)}
        counts = [done for _, done, _ in self.calls]
        assert all(a < b for a, b in pairwise(counts))
        assert counts[-1] == size


@dataclass(frozen=True)
class Place:
    """A pack that is known here, whose one file is on a server."""

    packs: Packs
    folder: Path
    server: Server
    data: bytes

    @property
    def part(self) -> Path:
        return self.folder / f"{NET}.part"

    def half(self) -> int:
        """Leaves behind what a pull leaves that was cut off in the middle."""
        half = len(self.data) // 2
        self.part.write_bytes(self.data[:half])
        return half

    def pull(self, said: Said | None = None) -> None:
        """Pulls, and checks that the pack is whole and sees."""
        assert self.packs.pull("tiny", said or Said()).present
        assert (self.folder / NET).read_bytes() == self.data
        assert sorted(path.name for path in self.folder.iterdir()) == ["pack.toml", NET]
        assert len(self.packs.open("tiny").embedder.embed([Crop(a_print(1), Kind.THING)])) == 1

    def fail(self, error: type[Exception], told: str) -> None:
        said = Said()
        with pytest.raises(error, match=told) as caught:
            self.packs.pull("tiny", said)
        assert all(done <= total for _, done, total in said.calls)
        assert "\n" not in str(caught.value)
        assert not self.packs.shelf("tiny").present


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def place(tmp_path: Path, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    with serve({}, authority) as server:
        folder = write_tiny_pack(tmp_path / "packs" / "tiny", url=server.url(f"/nets/{NET}"), padding=PADDING)
        data = (folder / NET).read_bytes()
        (folder / NET).unlink()
        server.files[f"/nets/{NET}"] = data
        fetcher = HttpFetcher([server.url(""), NOBODY], retry_s=0.01)
        yield Place(Packs(tmp_path / "packs", threads=1, fetcher=fetcher), folder, server, data)


def test_a_pull_brings_what_is_missing_once(place: Place) -> None:
    said = Said()
    place.pull(said)
    said.check(len(place.data))
    assert len(said.calls) > 3
    assert "range" not in place.server.asked[0]
    place.pull()
    assert len(place.server.asked) == 1


def test_a_pull_goes_on_where_the_line_was_cut(place: Place) -> None:
    half = len(place.data) // 2
    place.server.cut_after = half
    place.fail(Unavailable, rf"{NET} could not be downloaded from 127\.0\.0\.1:.*pull again to go on")
    assert place.part.read_bytes() == place.data[:half]
    place.server.cut_after = None
    said = Said()
    place.pull(said)
    said.check(len(place.data))
    assert said.calls[0][1] > half
    assert place.server.asked[1]["range"] == f"bytes={half}-"


def test_a_server_without_parts_begins_anew(place: Place) -> None:
    half = place.half()
    place.server.ranges = False
    said = Said()
    place.pull(said)
    said.check(len(place.data))
    assert said.calls[0][1] < half


def test_a_part_that_is_whole_is_not_asked_for_again(place: Place) -> None:
    place.part.write_bytes(place.data)
    place.pull()
    assert place.server.asked == []


def test_a_part_that_is_too_long_is_thrown_away(place: Place) -> None:
    place.part.write_bytes(place.data + b"x")
    place.pull()
    assert "range" not in place.server.asked[0]


def test_ranges_count_bytes_of_the_file_itself(place: Place) -> None:
    """A server that gzips would give a part of something else."""
    place.server.packs_bytes = True
    half = place.half()
    place.pull()
    (place.folder / NET).unlink()
    place.pull()
    assert place.server.asked[0]["range"] == f"bytes={half}-"
    assert all(asked["accept-encoding"] == "identity" for asked in place.server.asked)


@pytest.mark.parametrize("change", ["one byte", "shorter"])
def test_wrong_bytes_are_not_kept(place: Place, change: str) -> None:
    wrong = {"one byte": b"x" + place.data[1:], "shorter": place.data[:-1]}[change]
    place.server.files[f"/nets/{NET}"] = wrong
    place.fail(InvalidInput, r"patches\.onnx.* has checksum .* the pack says .* get it again from https://127")
    assert not place.part.exists()
    place.server.files[f"/nets/{NET}"] = place.data
    place.pull()


def test_more_bytes_than_the_pack_says_are_not_even_taken(place: Place) -> None:
    place.server.files[f"/nets/{NET}"] = place.data * 3
    place.fail(InvalidInput, rf"{NET} could not be downloaded from 127\.0\.0\.1.* more than \d+ bytes")
    assert not place.part.exists()
    place.server.files[f"/nets/{NET}"] = place.data
    place.pull()


def test_a_part_of_something_else_is_not_kept(place: Place) -> None:
    place.part.write_bytes(b"x" * 1000)
    place.fail(InvalidInput, "has checksum")
    assert not place.part.exists()
    place.pull()


def test_a_part_longer_than_what_the_server_has_is_given_up(place: Place) -> None:
    """Asked for bytes beyond the end, the server refuses: so it would for ever."""
    place.part.write_bytes(place.data[:-1])
    place.server.files[f"/nets/{NET}"] = place.data[:10]
    place.fail(InvalidInput, "has checksum")
    assert not place.part.exists()
    assert ["range" in asked for asked in place.server.asked] == [True, False]
    place.server.files[f"/nets/{NET}"] = place.data
    place.pull()


def test_a_pull_follows_where_the_file_moved(place: Place) -> None:
    place.server.files["/elsewhere"] = place.server.files.pop(f"/nets/{NET}")
    place.server.moved = {f"/nets/{NET}": "/elsewhere"}
    half = place.half()
    place.pull()
    assert [asked["range"] for asked in place.server.asked] == [f"bytes={half}-"] * 2


@pytest.mark.parametrize("status", [404, 500, 503])
def test_a_server_that_refuses_is_told_by_its_status(place: Place, status: int) -> None:
    half = place.half()
    place.server.status = status
    place.fail(Unavailable, f"{NET} could not be downloaded from .*: {status} .*`shoppable models add DIR`")
    assert place.part.stat().st_size == half


def test_a_server_that_is_not_there_can_be_tried_later(place: Place) -> None:
    manifest = place.folder / "pack.toml"
    manifest.write_text(manifest.read_text().replace(f":{place.server.port}/", ":1/"))
    place.fail(Unavailable, r"from 127\.0\.0\.1:1/nets/.*refused")


def test_a_server_nobody_vouches_for_is_not_trusted(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", ssl.get_default_verify_paths().openssl_cafile)
    place.fail(Unavailable, "(?i)certificate")
    assert place.server.asked == []


def test_a_pull_mends_a_damaged_file(place: Place) -> None:
    (place.folder / NET).write_bytes(b"x" * len(place.data))
    place.pull()


def test_what_nobody_knows_is_not_pulled(place: Place) -> None:
    with pytest.raises(NotFound, match="no pack huge"):
        place.packs.pull("huge", Said())


def test_classic_needs_nothing(place: Place) -> None:
    assert place.packs.pull("classic", Said()).present
    assert place.server.asked == []


def test_without_room_the_part_is_kept(place: Place) -> None:
    """A limit on the size of files stands in for a full disk."""
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000));"
        "from pathlib import Path; from shoppable.adapters.vision.packs import Packs;"
        f"from shoppable.adapters.fetching.http import HttpFetcher; fetcher = HttpFetcher([{place.server.url('')!r}]);"
        f"packs = Packs(Path({str(place.folder.parent)!r}), threads=1, fetcher=fetcher);"
        "packs.pull('tiny', lambda *said: None)"
    )
    ended = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, text=True, timeout=60)
    assert ended.stderr.splitlines()[-1] == (
        f"shoppable.errors.Unavailable: {place.part} cannot be written: File too large; "
        "make room and pull again to go on where it stopped"
    )
    assert place.part.read_bytes() == place.data[:100_000]
    place.pull()
    assert place.server.asked[1]["range"] == "bytes=100000-"

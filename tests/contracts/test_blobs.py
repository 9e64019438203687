"""What every store of blobs promises. A new adapter is a new entry in STORES."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from shoppable.adapters.blobs import FolderBlobs, StoreBlobs
from shoppable.errors import InvalidInput, NotFound
from shoppable.ports import Blobs


def in_folder(folder: Path) -> Blobs:
    return FolderBlobs(folder / "blobs")


def in_memory(folder: Path) -> Blobs:
    return StoreBlobs(MemoryStore(), "memory")


STORES: list[Callable[[Path], Blobs]] = [in_folder, in_memory]
LARGE = bytes(range(256)) * 65_536  # 16 MiB: more than one part of an upload


@pytest.fixture(params=STORES)
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    made: Blobs = request.param(tmp_path)
    return made


@pytest.mark.parametrize("data", [b"", b"a", LARGE], ids=["empty", "one", "large"])
def test_what_was_put_is_there(blobs: Blobs, tmp_path: Path, data: bytes) -> None:
    blobs.put("t/default/a.bin", data)
    source = tmp_path / "source"
    source.write_bytes(data)
    blobs.put("t/default/b.bin", source)
    for key in ("t/default/a.bin", "t/default/b.bin"):
        assert blobs.get(key) == data
        assert blobs.size(key) == len(data)
        with blobs.local(key) as path:
            assert path.read_bytes() == data
            assert path.suffix == ".bin"
    assert source.read_bytes() == data


@pytest.mark.parametrize(
    "key",
    ["a", "t/default/a b.jpg", "a/x%20y", "a/%", "a/ü-日本.jpg", "a/b#1c", "a/...", ".a/b", "a/*?.jpg", "a/'\".jpg"],
)
def test_a_key_may_look_like_this(blobs: Blobs, key: str) -> None:
    blobs.put(key, b"1")
    assert blobs.get(key) == b"1"
    assert list(blobs.keys("")) == [key]
    blobs.delete([key])
    assert list(blobs.keys("")) == []


@pytest.mark.parametrize(
    "key",
    [
        *("", "/", "/etc/passwd", "..", "../a", "a/../b", "a/..", "./a", "a//b", "a/"),
        *("a\\b", "a\0b", "a\nb", "a/b#1", "a/\udc80", ".staging/a"),
        *("a/" + "x" * 300, "a/" * 600 + "a"),
    ],
)
def test_any_other_key_is_refused(blobs: Blobs, key: str) -> None:
    with pytest.raises(InvalidInput, match="is no blob key"):
        blobs.put(key, b"1")
    with pytest.raises(InvalidInput, match="is no blob key"):
        blobs.get(key)
    with pytest.raises(InvalidInput, match="is no blob key"):
        blobs.size(key)
    with pytest.raises(InvalidInput, match="is no blob key"):
        blobs.read(key, 0, 1)
    with pytest.raises(InvalidInput, match="is no blob key"), blobs.local(key):
        pytest.fail("opened")
    blobs.put("kept", b"1")
    with pytest.raises(InvalidInput, match="is no blob key"):
        blobs.delete(["kept", key])
    assert list(blobs.keys("")) == ["kept"]


def test_putting_again_replaces(blobs: Blobs) -> None:
    blobs.put("a/b", LARGE)
    blobs.put("a/b", b"new")
    assert blobs.get("a/b") == b"new"
    assert list(blobs.keys("a")) == ["a/b"]


@pytest.mark.parametrize(("start", "end"), [(0, 10), (0, 1), (3, 7), (9, 10), (0, 0), (10, 10)])
def test_a_range_is_what_a_slice_would_be(blobs: Blobs, start: int, end: int) -> None:
    blobs.put("a", b"0123456789")
    assert blobs.read("a", start, end) == b"0123456789"[start:end]


@pytest.mark.parametrize(("start", "end"), [(0, 11), (10, 11), (11, 12), (-1, 3), (4, 3)])
def test_a_range_outside_is_refused(blobs: Blobs, start: int, end: int) -> None:
    blobs.put("a", b"0123456789")
    with pytest.raises(InvalidInput, match="a has 10 bytes"):
        blobs.read("a", start, end)


def test_what_is_not_there_is_not_found(blobs: Blobs, tmp_path: Path) -> None:
    blobs.put("a/b/c", b"1")
    for key in ("a/b/d", "a/b", "a"):
        with pytest.raises(NotFound, match=key):
            blobs.get(key)
        with pytest.raises(NotFound, match=key):
            blobs.read(key, 0, 1)
        with pytest.raises(NotFound, match=key):
            blobs.size(key)
        with pytest.raises(NotFound, match=key), blobs.local(key):
            pytest.fail("opened")
    with pytest.raises(NotFound, match="no file"):
        blobs.put("a/e", tmp_path / "missing")
    assert list(blobs.keys("")) == ["a/b/c"]


def test_keys_are_listed_by_whole_parts_and_in_order(blobs: Blobs) -> None:
    names = ["a/b/2", "a/b/10", "a/b/c/x", "a/bc/1", "a/b-1", "b/a/b/1", "a/b/é"]
    for name in names:
        blobs.put(name, b"1")
    inside = ["a/b/10", "a/b/2", "a/b/c/x", "a/b/é"]
    assert list(blobs.keys("a/b")) == inside
    assert list(blobs.keys("a/b/")) == inside
    assert list(blobs.keys("")) == sorted(names)
    assert list(blobs.keys("a/b/2")) == ["a/b/2"]
    assert list(blobs.keys("a/b/2/")) == []
    assert list(blobs.keys("a/b/1")) == []
    assert list(blobs.keys("nowhere")) == []


@pytest.mark.parametrize("prefix", ["../x", "/a", "a/../b", "a//b"])
def test_a_prefix_is_checked_as_a_key_is(blobs: Blobs, prefix: str) -> None:
    with pytest.raises(InvalidInput, match="is no blob key"):
        blobs.keys(prefix)


def test_delete_passes_over_what_is_not_there(blobs: Blobs) -> None:
    names = [f"a/{number:02}" for number in range(40)]
    for name in names[1::2]:
        blobs.put(name, b"1")
    blobs.put("b/kept", b"1")
    blobs.delete(names)
    assert list(blobs.keys("")) == ["b/kept"]
    blobs.delete(names)
    blobs.delete([])
    blobs.put("a/01", b"again")
    assert blobs.get("a/01") == b"again"


def test_a_reader_sees_one_blob_or_the_other_whole(blobs: Blobs) -> None:
    versions = [bytes([value]) * 6_000_000 for value in (1, 2, 3)]
    blobs.put("a", versions[0])
    done = threading.Event()
    seen: list[bytes] = []

    def watch() -> None:
        while not done.is_set():
            seen.append(blobs.get("a"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(30):
        blobs.put("a", versions[number % 3])
    done.set()
    watcher.join()
    assert len(seen) > 3
    assert all(data in versions for data in seen)


def test_many_may_write_one_key(blobs: Blobs) -> None:
    versions = [bytes([value]) * 300_000 for value in range(8)]

    def write(data: bytes) -> None:
        for _ in range(5):
            blobs.put("a/b", data)

    writers = [threading.Thread(target=write, args=(data,)) for data in versions]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert blobs.get("a/b") in versions
    assert list(blobs.keys("")) == ["a/b"]

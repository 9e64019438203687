"""Blobs in a folder, when the disk is full, the process is killed, the file is large."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shoppable.adapters.blobs import FolderBlobs
from shoppable.errors import InvalidInput, Unavailable

PUT_TWICE = """
import resource, sys
from pathlib import Path
from shoppable.adapters.blobs import FolderBlobs
from shoppable.errors import Unavailable

blobs = FolderBlobs(Path(sys.argv[1]))
if sys.argv[2:]:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
blobs.put("a/kept", b"1" * 1_000_000)
source = Path(sys.argv[1], "..", "source")
for data in (b"2" * 3_000_000, b"3" * 30_000_000, source):
    try:
        blobs.put("a/kept", data)
    except Unavailable as error:
        print(error)
assert blobs.get("a/kept") == b"1" * 1_000_000
"""


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def assert_told_thrice(said: str, folder: Path) -> None:
    line = f"a/kept cannot be written: no room left in {folder}: free some space and run the same command again"
    assert said.splitlines() == [line] * 3


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    (tmp_path / "put.py").write_text(PUT_TWICE, encoding="utf-8")
    own_mounts = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    try:
        subprocess.run([*own_mounts, f"mount -t tmpfs none '{disk}'"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this machine lets nobody mount a small disk")
    (tmp_path / "source").write_bytes(b"4" * 20_000_000)
    script = (
        f"mount -t tmpfs -o size=3m none '{disk}' && ln -s '{tmp_path}/source' '{disk}/source' && "
        f"'{sys.executable}' '{tmp_path}/put.py' '{disk}/blobs' && find '{disk}/blobs' -type f >&2"
    )
    done = subprocess.run([*own_mounts, script], check=True, capture_output=True, text=True)
    assert_told_thrice(done.stdout, disk / "blobs")
    assert done.stderr.splitlines() == [f"{disk}/blobs/a/kept"]


def test_a_file_too_large_for_the_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"4" * 20_000_000)
    done = subprocess.run(
        [sys.executable, "-c", PUT_TWICE, str(tmp_path / "blobs"), "2000000"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert_told_thrice(done.stdout, tmp_path / "blobs")
    assert files(tmp_path / "blobs") == ["a/kept"]


def test_a_killed_writer_leaves_the_old_blob_and_its_rest_is_swept(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    versions = [bytes([value]) * 12_000_000 for value in (1, 2)]
    blobs.put("a", versions[0])
    script = (
        "import sys; from pathlib import Path; from shoppable.adapters.blobs import FolderBlobs\n"
        "blobs = FolderBlobs(Path(sys.argv[1])); print('ready', flush=True)\n"
        "while True:\n"
        "    for value in (2, 1): blobs.put('a', bytes([value]) * 12_000_000)"
    )
    for wait_s in (0.02, 0.05, 0.11, 0.17):
        with subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path / "blobs")], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(wait_s)
            writer.send_signal(signal.SIGKILL)
        assert blobs.get("a") in versions
        assert list(blobs.keys("")) == ["a"]
    staging = tmp_path / "blobs" / ".staging"
    (staging / "young").write_bytes(b"1")
    two_days_ago = time.time() - 2 * 24 * 3600
    for path in staging.iterdir():
        if path.name != "young":
            os.utime(path, (two_days_ago, two_days_ago))
    (staging / "old").write_bytes(b"1")
    os.utime(staging / "old", (two_days_ago, two_days_ago))
    FolderBlobs(tmp_path / "blobs")
    assert files(tmp_path / "blobs") == [".staging/young", "a"]


def test_a_large_file_is_streamed(tmp_path: Path) -> None:
    source = tmp_path / "source"
    with source.open("wb") as file:
        file.truncate(300_000_000)
    script = (
        "import resource, sys; from pathlib import Path; from shoppable.adapters.blobs import FolderBlobs\n"
        "blobs = FolderBlobs(Path(sys.argv[1]))\n"
        "def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024\n"
        "before = peak(); blobs.put('a', Path(sys.argv[2])); print(peak() - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "blobs"), str(source)], check=True, capture_output=True, text=True
    )
    assert int(done.stdout) < 150_000_000
    assert FolderBlobs(tmp_path / "blobs").size("a") == 300_000_000
    (tmp_path / "blobs" / "a").unlink()


def test_local_is_the_file_itself(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    blobs.put("a/b.mp4", b"1")
    with blobs.local("a/b.mp4") as path:
        assert path == tmp_path / "blobs" / "a" / "b.mp4"
    assert path.read_bytes() == b"1"


def test_what_was_put_is_there_when_opened_again(tmp_path: Path) -> None:
    FolderBlobs(tmp_path / "blobs").put("a/b", b"1")
    assert FolderBlobs(tmp_path / "blobs").get("a/b") == b"1"


def test_empty_folders_do_not_pile_up(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    blobs.put("a/b/c", b"1")
    blobs.delete(["a/b/c"])
    assert sorted(path.name for path in (tmp_path / "blobs").iterdir()) == [".staging"]


def test_a_file_is_no_folder_for_blobs(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"1")
    with pytest.raises(InvalidInput, match=r"^cannot keep blobs in .*taken: .*; use another folder$"):
        FolderBlobs(tmp_path / "taken")


def test_one_line_tells_of_a_key_below_a_blob(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    blobs.put("a/b", b"1")
    with pytest.raises(Unavailable, match="a/b/c cannot be written") as caught:
        blobs.put("a/b/c", b"1")
    assert "\n" not in str(caught.value)
    assert files(tmp_path / "blobs") == ["a/b"]

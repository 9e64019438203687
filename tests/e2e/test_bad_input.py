"""Whatever is wrong with what is given: one line that says what, which one and what to do; nothing is lost."""

import json
import os
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from shoppable.adapters.engine.lock import hold
from tests.command import Command
from tests.e2e.conftest import DrawnShop
from tests.films import Film, draw

HEADER = "id,title,image_link,price\n"


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory, drawn_shop: DrawnShop) -> Command:
    """A home with a catalog in it; cheap to copy the idea of, dear to make."""
    home = tmp_path_factory.mktemp("stocked")
    command = Command(home)
    command("ingest", drawn_shop.feed, "--catalog", "demo", "--pack", "classic")
    return command


def _playlist(path: Path) -> None:
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n")


def _concat(path: Path) -> None:
    path.write_text("ffconcat version 1.0\nfile 'other.mp4'\n")


def _sound_only(path: Path) -> None:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=44100)
        for start in range(0, 44100, 1024):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 44100, start, Fraction(1, 44100)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())


@pytest.mark.parametrize(
    ("make", "word"),
    [
        pytest.param(lambda path: path.write_bytes(b""), "empty", id="zero length"),
        pytest.param(lambda path: path.write_text("hello, this is no video " * 40), "not a video", id="text"),
        pytest.param(_playlist, "playlist", id="playlist"),
        pytest.param(_concat, "", id="concat"),
        pytest.param(_sound_only, "sound only", id="sound only"),
        pytest.param(lambda path: path.mkdir(), "folder", id="folder"),
        pytest.param(lambda _path: None, "there is no file", id="missing"),
    ],
)
def test_what_is_no_video_is_refused(
    stocked: Command, tmp_path: Path, make: Callable[[Path], object], word: str
) -> None:
    path = tmp_path / "film.mp4"
    make(path)
    code = 3 if word == "there is no file" else 2
    said = stocked("analyze", path, "--catalog", "demo", "--pack", "classic", code=code)
    assert "film.mp4" in said.line
    assert word in said.line.lower()


def test_a_truncated_film_is_analysed_as_far_as_it_goes(stocked: Command, tmp_path: Path) -> None:
    whole = draw(tmp_path / "whole.mkv", Film(frames=100))
    broken = tmp_path / "broken.mkv"
    broken.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * 0.6)])
    stocked("analyze", broken, "--catalog", "demo", "--pack", "classic")


def test_a_rotated_film_is_looked_at_upright(stocked: Command, tmp_path: Path) -> None:
    film = draw(tmp_path / "turned.mp4", Film(frames=30, width=108, height=192, rotation=90))
    video_id = stocked("analyze", film, "--catalog", "demo", "--pack", "classic").out.strip()
    assert video_id.startswith("v")


def test_an_unknown_catalog_is_named(stocked: Command, drawn_shop: DrawnShop) -> None:
    line = stocked("analyze", drawn_shop.film, "--catalog", "nope", "--pack", "classic", code=3).line
    assert "nope" in line
    assert "shoppable ingest" in line


def test_an_unknown_video_is_named(stocked: Command) -> None:
    assert "v0123456789abcdef" in stocked("publish", "v0123456789abcdef", code=3).line


@pytest.mark.parametrize(
    ("feed", "word"),
    [
        ("title,image_link,price\nCoat,a.jpg,1.00 EUR\n", "id"),
        ("id,title,price\n1,Coat,1.00 EUR\n", "image_link"),
        ("id|title;image_link|price\n", "id"),
        ("", "empty"),
        ("\x00\x01\x02\x03" * 50, ""),
        (HEADER, "no"),
    ],
)
def test_a_feed_that_cannot_be_read_is_refused(stocked: Command, tmp_path: Path, feed: str, word: str) -> None:
    path = tmp_path / "feed.csv"
    path.write_text(feed, encoding="utf-8")
    line = stocked("ingest", path, "--catalog", "demo", "--pack", "classic", code=2).line
    assert "feed.csv" in line
    assert word in line
    kept = json.loads(stocked("ingest", _feed_of(stocked), "--catalog", "demo", "--pack", "classic", "--json").out)
    assert kept["embedded"] == 0  # the catalog was left as it was


def _feed_of(stocked: Command) -> Path:
    return next(stocked.home.parent.glob("drawn*/feed.csv"))


def test_bad_rows_are_reported_and_good_ones_go_in(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    art = Image.effect_noise((300, 300), 90).convert("RGB")
    art.save(shop / "good.jpg")
    art.save(shop / "cut.jpg")
    (shop / "cut.jpg").write_bytes((shop / "cut.jpg").read_bytes()[:2000])
    (shop / "huge.png").write_bytes(_huge_png())
    (shop / "drawing.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    rows = [
        "good,Good coat,good.jpg,10.00 EUR",
        "good,Same id,good.jpg,10.00 EUR",
        "noprice,No currency,good.jpg,10.00",
        "missing,Missing picture,nowhere.jpg,10.00 EUR",
        "cut,Truncated picture,cut.jpg,10.00 EUR",
        "huge,Flood of pixels,huge.png,10.00 EUR",
        "svg,A drawing,drawing.svg,10.00 EUR",
        "outside,Outside,../../etc/hostname,10.00 EUR",
        "café,Café au lait,good.jpg,10.00 EUR",
    ]
    (shop / "feed.csv").write_bytes((HEADER + "\n".join(rows) + "\n").encode("latin-1"))
    report = tmp_path / "report.csv"
    said = Command(tmp_path / "home")(
        "ingest", shop / "feed.csv", "--catalog", "c", "--pack", "classic", "--json", "--report", report
    )
    summary = json.loads(said.out)
    assert (summary["added"], summary["rejected"]) == (2, 7)
    told = report.read_text(encoding="utf-8")
    for product_id in ("noprice", "missing", "cut", "huge", "svg", "outside"):
        assert sum(f",{product_id}," in line for line in told.splitlines()) >= 1, told
    assert "good" in told  # the duplicate
    assert "huge.png" in told


def _huge_png() -> bytes:
    """30,000 x 30,000 px of one bit, in some 100 kB."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\x00" * (30_000 // 8 + 1) * 30_000, 9)
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_catalog_of_another_pack_is_refused(tmp_path: Path, drawn_shop: DrawnShop) -> None:
    pack = tmp_path / "other"
    pack.mkdir()
    (pack / "pack.toml").write_text(
        'name = "other"\nversion = 1\nsummary = "Colour only"\n'
        "[calibration]\nchance = -4\naffinity = 6\n"
        '[[channel]]\nname = "colour"\nsource = "colour"\ndimension = 1568\n'
    )
    command = Command(tmp_path / "home")
    command("models", "add", pack)
    command("ingest", drawn_shop.feed, "--catalog", "c", "--pack", "other")
    for arguments in (("analyze", drawn_shop.film), ("ingest", drawn_shop.feed)):
        line = command(*arguments, "--catalog", "c", "--pack", "classic", code=2).line
        assert "other@1" in line
        assert "classic@2" in line
        assert "--rebuild" in line


def test_a_second_process_is_told_who_is_at_work(stocked: Command, drawn_shop: DrawnShop) -> None:
    with hold(stocked.home, "ingest feed.csv"):
        line = stocked("analyze", drawn_shop.film, "--catalog", "demo", "--pack", "classic", code=4).line
    assert str(os.getpid()) in line
    assert "ingest feed.csv" in line


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path, drawn_shop: DrawnShop) -> None:
    if os.getuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small disk can be made by root only")
    home = tmp_path / "small"
    home.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", home], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("no file system can be mounted here")
    feed = drawn_shop.folder / "few.csv"
    feed.write_text("\n".join(drawn_shop.feed.read_text(encoding="utf-8").splitlines()[:7]) + "\n", encoding="utf-8")
    try:
        command = [sys.executable, "-c", "from shoppable.cli.main import main; main()", "ingest", str(feed)]
        command += ["--catalog", "c", "--pack", "classic", "--json"]
        environment = {**os.environ, "SHOPPABLE_HOME": str(home)}
        full = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert full.returncode == 75, full.stderr
        assert "Traceback" not in full.stderr
        assert "room" in full.stderr or "space" in full.stderr
        subprocess.run(["mount", "-o", "remount,size=200m", home], check=True)
        again = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert json.loads(again.stdout)["added"] == 6
    finally:
        subprocess.run(["umount", home], check=False)

"""`shoppable bench` on a short drawn film: what it times, what it says, and that it leaves the data folder alone."""

import hashlib
import json
from pathlib import Path

from demo.draw import draw
from tests.command import Command


def test_a_users_own_file_is_timed_and_the_data_folder_stays_as_it_is(tmp_path: Path) -> None:
    draw(tmp_path / "shop", seconds=2, width=320)
    shoppable = Command(tmp_path / "home")
    which = ("--catalog", "shop", "--pack", "classic")
    shoppable("ingest", tmp_path / "shop" / "feed.csv", *which)
    shoppable("analyze", tmp_path / "shop" / "film.mp4", *which, "--no-renditions")
    before = state(tmp_path / "home")
    told = shoppable("bench", tmp_path / "shop" / "film.mp4", *which, "--no-renditions", "--json", tmp_path / "b.json")
    assert state(tmp_path / "home") == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["b.json", "home", "shop"]
    document = json.loads((tmp_path / "b.json").read_text())
    assert document["video_s"] == 2
    lines = {line["what"]: line for line in document["lines"]}
    assert {"decoding once", "analysis", "analysis, fast"} <= set(lines)
    assert lines["analysis"]["seconds"] > 1.5, "what was analysed before is analysed anew"
    floor = lines["decoding once"]["seconds"]
    for line in lines.values():
        assert line["seconds"] > 0
        if line["against"] == "decoding once":
            assert line["ratio"] == round(line["seconds"] / floor, 3)
    assert "times real time" in told.err


def state(home: Path) -> dict[str, str]:
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*"))
        if path.is_file()
    }

"""`shoppable models`: what it prints, and one line and an exit code for what goes wrong."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shoppable.cli.main import main
from tests.samples import samples
from tests.tiny_nets import write_tiny_pack

Models = Callable[..., tuple[int, list[str], list[str]]]


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Models:
    """Runs the verb on a data folder of its own; gives the exit code and the lines of both outputs."""
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def run(*args: object) -> tuple[int, list[str], list[str]]:
        monkeypatch.setattr(sys, "argv", ["shoppable", "models", *map(str, args), "--home", str(tmp_path / "home")])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else -1
        said = capsys.readouterr()
        return code, said.out.splitlines(), said.err.splitlines()

    return run


def test_list_shows_what_is_here_first(models: Models, tmp_path: Path) -> None:
    code, out, err = models("list")
    assert (code, err) == (0, [])
    assert out[0].split() == ["pack", "here", "size", "licences", "what", "it", "is"]
    assert out[1].split()[:4] == ["classic@2", "yes", "0", "MB"]
    [lite] = [line for line in out if line.startswith("lite@2")]
    assert "no: shoppable models pull lite" in lite
    assert "20 MB" in lite
    models("add", write_tiny_pack(tmp_path / "source"))
    _, out, _ = models("list")
    packs = [line.split()[0] for line in out if "@" in line.split()[0]]
    assert packs == ["tiny@1", "classic@2", "lite@2", "siglip2@1", "fashion-siglip@1"]


def test_list_tells_whose_checksums_nobody_knows_yet(models: Models) -> None:
    _, out, _ = models("list")
    listed = " ".join(out).split("fashion-siglip@1")
    told = " ".join(" ".join(out[next(i for i, line in enumerate(out) if "fashion-siglip@1" in line) :]).split())
    assert len(listed) == 2
    assert "about 939 MB" in told
    assert "checksum" in told
    assert "checksum" not in listed[0]


def test_add_says_what_is_here_now(models: Models, tmp_path: Path) -> None:
    code, out, err = models("add", write_tiny_pack(tmp_path / "source", padding=1_000_000))
    assert (code, out, err) == (0, ["pack tiny is here, 1 MB in 1 files"], [])
    assert (tmp_path / "home" / "packs" / "tiny" / "patches.onnx").is_file()


def test_add_takes_the_real_pack(models: Models) -> None:
    assert models("add", samples("models", "lite"))[:2] == (0, ["pack lite is here, 20 MB in 6 files"])
    assert "lite@2" in models("list")[1][1]


def test_what_goes_wrong_is_one_line_and_a_code(
    models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPPABLE_FETCH_TRUSTED", "https://127.0.0.1:1, https://images.shop.lan")
    tiny = write_tiny_pack(tmp_path / "source", url="https://127.0.0.1:1/patches.onnx")
    for args, code, told in (
        (("add", tmp_path / "nowhere"), 3, "no folder"),
        (("add", tmp_path), 3, "no pack.toml in"),
        (("pull", "huge"), 3, "no pack huge: known are classic, lite, siglip2, fashion-siglip"),
    ):
        assert_told(models(*args), code, told)
    models("add", tiny)
    (tmp_path / "home" / "packs" / "tiny" / "patches.onnx").unlink()
    assert_told(models("pull", "tiny"), 75, "patches.onnx could not be downloaded")
    (tiny / "patches.onnx").write_bytes(b"x")
    assert_told(models("add", tiny), 2, "has checksum")
    assert models("add")[0] == 2


def assert_told(ended: tuple[int, list[str], list[str]], code: int, told: str) -> None:
    got, out, err = ended
    assert (got, out, len(err)) == (code, [], 1)
    assert err[0].startswith("shoppable: ")
    assert told in err[0]


def test_without_room_nothing_is_half_added(tmp_path: Path) -> None:
    """A limit on the size of files stands in for a full disk."""
    source, home = write_tiny_pack(tmp_path / "source", padding=50_000), tmp_path / "home"
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000));"
        f"sys.argv = ['shoppable', 'models', 'add', {str(source)!r}, '--home', {str(home)!r}];"
        "from shoppable.cli.main import main; main()"
    )
    ended = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 75
    assert ended.stderr.splitlines() == [
        f"shoppable: {home}/packs/tiny/patches.onnx cannot be written: File too large; make room and try again"
    ]
    assert list((home / "packs" / "tiny").iterdir()) == []

"""`shoppable explain`: what it prints and draws, also of records that kept little."""

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from shoppable.model.keys import appearance_key, appearances_prefix, picture_blob, video_key, video_parts
from shoppable.model.match import Candidate, Tier
from shoppable.model.seen import Appearance
from shoppable.settings import Settings
from shoppable.wiring import open_store
from tests.command import Command
from tests.shop import COAT, HAT, PICTURES, RUN, VIDEO, Shop, stock, video

SIGNALS = {"chance": -0.75, "colour": 2.5, "shape_of_the_collar": 0.447}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A stocked shop in a data folder as the command opens it."""
    store = open_store(Settings(home=tmp_path))
    return stock(Shop(store.blobs, store.records, store.events, Settings().tenant))


@pytest.fixture
def command(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return Command(tmp_path)


def keep(shop: Shop, **changed: object) -> Appearance:
    """Changes what is recorded of the coat that was seen."""
    entries = shop.records.query(video_parts(shop.tenant, VIDEO), Appearance, prefix=appearances_prefix(RUN))
    seen = entries[0].value.model_copy(update=changed)
    shop.records.put(appearance_key(shop.tenant, VIDEO, RUN, seen.start_ms, seen.appearance_id), seen)
    return seen


def coat_and_hat() -> tuple[Candidate, ...]:
    coat = Candidate(
        product_id=COAT, item_group_id=COAT, score=0.9, similarity=0.8, affinity=0.5, inliers=31, signals=SIGNALS
    )
    hat = Candidate(
        product_id=HAT, item_group_id=HAT, score=0.1, similarity=0.3, affinity=-0.07, signals={"lead": -2.197}
    )
    return coat, hat


def test_a_decision_is_told_with_every_signal_and_its_sign(shop: Shop, command: Command) -> None:
    keep(shop, candidates=coat_and_hat(), space="pack@1", catalog_revision=3)
    said = command("explain", "a1", "--video", VIDEO).out
    assert "exact: this very product, probability 0.95" in said
    assert "the print agrees" in said
    assert "pack pack@1, catalog spring at revision 3" in said
    lines = {line.partition("  ")[0]: line for line in said.splitlines()}
    assert "│██████████" in lines["colours"]
    assert "12 times as likely" in lines["colours"]
    assert "███│" in lines["before anything is compared"]
    assert "2.1 times less likely" in lines["before anything is compared"]
    assert "+0.45" in lines["shape of the collar"]
    assert "██████████│" in lines["lead over the next style"]
    runner_up = next(line for line in said.splitlines() if "A hat" in line)
    assert runner_up.split()[:3] == ["2", "0.10", HAT]


def test_signals_stand_by_weight_and_sum_up(shop: Shop, command: Command) -> None:
    keep(shop, candidates=coat_and_hat()[:1])
    said = command("explain", "a1", "--video", VIDEO).out
    order = [said.index(words) for words in ("colours", "before anything", "shape of the collar", "together")]
    assert order == sorted(order)
    assert "+2.20" in said[order[-1] :]


def test_a_record_that_kept_no_signals_is_told_as_far_as_it_goes(command: Command) -> None:
    said = command("explain", "a1", "--video", VIDEO).out
    assert "No signals were kept" in said
    assert "pack not kept, catalog spring" in said
    assert " 50 % " in said


def test_an_appearance_without_candidates_is_told_too(shop: Shop, command: Command) -> None:
    keep(shop, candidates=(), tier=Tier.NONE, score=0, reason="nothing like it in the catalog")
    said = command("explain", "a1", "--video", VIDEO).out
    assert "refused: nothing is shown" in said
    assert "nothing like it in the catalog" in said


def test_as_json_it_is_the_whole_evidence(shop: Shop, command: Command) -> None:
    keep(shop, candidates=coat_and_hat())
    said = json.loads(command("explain", "a1", "--video", VIDEO, "--json").out)
    assert said["considered"][0]["signals"] == SIGNALS
    assert [each["shown_picture_id"] for each in said["considered"]] == [PICTURES[COAT], PICTURES[HAT]]
    assert said["appearance"]["crop_keys"]


def test_it_is_drawn_with_the_crop_and_the_pictures_and_without_those_that_are_gone(
    shop: Shop, command: Command, tmp_path: Path
) -> None:
    seen = keep(shop, candidates=coat_and_hat())
    shop.blobs.put(seen.crop_keys[0], jpeg("red"))
    shop.blobs.put(picture_blob(shop.tenant, PICTURES[COAT]), jpeg("blue"))
    shop.blobs.delete([picture_blob(shop.tenant, PICTURES[HAT])])
    out = tmp_path / "why.png"
    command("explain", "a1", "--video", VIDEO, "--out", out)
    with Image.open(out) as drawn:
        assert drawn.format == "PNG"
        colours = [drawn.getpixel((166 + number * 316, 222)) for number in range(2)]
    for colour, strongest in zip(colours, (0, 2), strict=True):
        assert isinstance(colour, tuple)
        assert colour[strongest] > 200
        assert sum(colour) - colour[strongest] < 60


def jpeg(colour: str) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (60, 60), colour).save(written, "JPEG")
    return written.getvalue()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("a1", "--video", "none"), "there is no video none; `shoppable analyze` prints the id"),
        (("a9", "--video", VIDEO), f"run {RUN} saw no appearance a9 in video {VIDEO}; take an id from"),
        (("a1", "--video", VIDEO, "--run", "never"), f"run never saw nothing in video {VIDEO}; leave the run out"),
    ],
)
def test_an_unknown_id_says_what_to_do(command: Command, arguments: tuple[str, ...], said: str) -> None:
    assert command("explain", *arguments, code=3).line.startswith(f"shoppable: {said}")


def test_a_video_that_was_not_analysed_to_the_end_says_so(shop: Shop, command: Command) -> None:
    shop.records.put(video_key(shop.tenant, VIDEO), video(latest_run_id=None))
    line = command("explain", "a1", "--video", VIDEO, code=3).line
    assert "not analysed to the end" in line
    assert "shoppable analyze" in line

"""`shoppable decide`: what it keeps, what it says is still missing, and what it refuses."""

from pathlib import Path

import pytest

from shoppable.model.decision import Decision
from shoppable.model.geometry import WHOLE
from shoppable.model.keys import appearance_key, decision_key, decisions_of, product_key, run_key, video_key
from shoppable.model.match import Candidate, Tier
from shoppable.model.run import Run, State
from shoppable.model.seen import Appearance, BoxAt, Kind
from shoppable.settings import Settings
from shoppable.wiring import open_store
from tests.command import Command
from tests.shop import BEGIN, CATALOG, COAT, HAT, RUN, VIDEO, Shop, product, put_products, put_run, video

LOOKS = {"chance": -6.0, "colour": 6.5}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A catalog, and a video in which a coat was seen, in a data folder as the command opens it."""
    store = open_store(Settings(home=tmp_path))
    shop = Shop(store.blobs, store.records, store.events, Settings().tenant)
    shop.records.put(video_key(shop.tenant, VIDEO), video())
    put_products(shop, product(COAT), product(HAT), revision=1)
    put_run(shop, RUN)
    keep(shop, "a1", LOOKS)
    return shop


@pytest.fixture
def command(shop: Shop, tmp_path: Path) -> Command:
    return Command(tmp_path)


def keep(shop: Shop, name: str, signals: dict[str, float], *, product_id: str = COAT, run_id: str = RUN) -> None:
    """Records that a product was seen."""
    candidate = Candidate(
        product_id=product_id, item_group_id=product_id, score=0.6, similarity=0.8, affinity=0.7, signals=signals
    )
    put(shop, name, (candidate,), run_id)


def put(shop: Shop, name: str, candidates: tuple[Candidate, ...], run_id: str = RUN, space: str = "pack@1+1") -> None:
    seen = Appearance(
        appearance_id=name,
        shot_index=0,
        kind=Kind.UPPER,
        start_ms=1000,
        end_ms=3000,
        boxes=(BoxAt(**dict(WHOLE), t_ms=1000),),
        tier=Tier.EXACT,
        score=0.6,
        candidates=candidates,
        space=space,
    )
    shop.records.put(appearance_key(shop.tenant, VIDEO, run_id, seen.start_ms, name), seen)


def kept(shop: Shop) -> list[Decision]:
    return [entry.value for entry in shop.records.query(decisions_of(shop.tenant, CATALOG), Decision)]


def test_a_decision_is_kept_with_what_it_was_about(shop: Shop, command: Command) -> None:
    said = command("decide", "a1", "--video", VIDEO, "--right").out
    assert "kept: a1 is coat, A coat" in said
    assert "1 decision on products of its kind (upper garment) with spring; 49 more until they count" in said
    assert "at least 4 --right and 5 --wrong" in said
    (decision,) = kept(shop)
    entry = shop.records.get(decision_key(shop.tenant, CATALOG, VIDEO, RUN, "a1"), Decision)
    assert entry is not None
    assert entry.value == decision
    assert (decision.product_id, decision.kind, decision.space) == (COAT, Kind.UPPER, "pack@1+1")
    assert (decision.log_odds, decision.right, decision.by_looks) == (0.5, True, True)


def test_deciding_again_replaces_what_was_said(shop: Shop, command: Command) -> None:
    command("decide", "a1", "--video", VIDEO, "--right")
    said = command("decide", "a1", "--video", VIDEO, "--wrong").out
    assert "kept: a1 is not coat" in said
    assert "1 decision on" in said
    assert [each.right for each in kept(shop)] == [False]


def test_kinds_are_counted_apart(shop: Shop, command: Command) -> None:
    keep(shop, "a2", LOOKS, product_id=HAT)
    command("decide", "a1", "--video", VIDEO, "--right")
    said = command("decide", "a2", "--video", VIDEO, "--wrong").out
    assert "1 decision on products of its kind (on the head)" in said


def test_the_fiftieth_says_that_they_count(shop: Shop, command: Command) -> None:
    for number in range(49):
        keep(shop, f"b{number}", {"chance": -6.0, "colour": 4.0 + number / 10})
        command("decide", f"b{number}", "--video", VIDEO, "--right" if number > 20 else "--wrong")
    said = command("decide", "a1", "--video", VIDEO, "--right").out
    assert "50 decisions on products of its kind (upper garment) with spring; they count from the next" in said


def test_when_all_say_the_same_it_says_what_is_missing(shop: Shop, command: Command) -> None:
    command("decide", "a1", "--video", VIDEO, "--right")
    (first,) = kept(shop)
    for number in range(59):
        other = first.model_copy(update={"appearance_id": f"b{number}", "log_odds": number / 10})
        shop.records.put(decision_key(shop.tenant, CATALOG, VIDEO, RUN, other.appearance_id), other)
    said = command("decide", "a1", "--video", VIDEO, "--right").out
    assert "60 decisions" in said
    assert "5 more until they count, among them at least 5 --wrong" in said


def test_decisions_that_contradict_likelihood_are_said_not_to_count(shop: Shop, command: Command) -> None:
    command("decide", "a1", "--video", VIDEO, "--right")
    (first,) = kept(shop)
    for number in range(59):
        other = first.model_copy(update={"appearance_id": f"b{number}", "log_odds": number / 10, "right": number < 30})
        shop.records.put(decision_key(shop.tenant, CATALOG, VIDEO, RUN, other.appearance_id), other)
    said = command("decide", "a1", "--video", VIDEO, "--right").out
    assert "they do not count, as likelier matches were no more often right" in said


def test_what_a_print_told_is_kept_and_not_counted(shop: Shop, command: Command) -> None:
    keep(shop, "a3", {**LOOKS, "decisions": -1.0, "details": 3.4})
    said = command("decide", "a3", "--video", VIDEO, "--right").out
    assert "this one is not counted; 0 decisions" in said
    (decision,) = kept(shop)
    assert (decision.log_odds, decision.by_looks) == (0.5, False)


def test_an_earlier_run_can_be_decided_on(shop: Shop, command: Command) -> None:
    keep(shop, "a1", {"chance": -6.0, "colour": 3.0}, run_id="earlier")
    run = Run(
        run_id="earlier",
        pipeline="analyze-video",
        inputs={"catalog": CATALOG},
        state=State.SUCCEEDED,
        started_at=BEGIN,
    )
    shop.records.put(run_key(shop.tenant, "earlier"), run)
    command("decide", "a1", "--video", VIDEO, "--wrong", "--run", "earlier")
    assert [(each.run_id, each.log_odds) for each in kept(shop)] == [("earlier", -3.0)]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("a1", "--video", "none", "--right"), 3, "there is no video none; `shoppable analyze` prints the id"),
        (("a9", "--video", VIDEO, "--right"), 3, f"run {RUN} saw no appearance a9 in video {VIDEO}; take an id from"),
        (("a4", "--video", VIDEO, "--wrong"), 2, "appearance a4 has no candidate to decide on; choose another"),
        (("a5", "--video", VIDEO, "--wrong"), 2, f"run {RUN} kept no evidence of appearance a5; give `shoppable anal"),
        (("a6", "--video", VIDEO, "--wrong"), 2, f"run {RUN} kept no evidence of appearance a6; give `shoppable anal"),
    ],
)
def test_what_cannot_be_decided_says_what_to_do(
    shop: Shop, command: Command, arguments: tuple[str, ...], code: int, said: str
) -> None:
    put(shop, "a4", ())
    keep(shop, "a5", {})
    candidate = Candidate(product_id=COAT, item_group_id=COAT, score=0.6, similarity=0.8, affinity=0.7, signals=LOOKS)
    put(shop, "a6", (candidate,), space="")
    assert command("decide", *arguments, code=code).line.startswith(f"shoppable: {said}")
    assert kept(shop) == []


def test_a_product_that_left_the_catalog_cannot_be_decided_on(shop: Shop, command: Command) -> None:
    shop.records.delete_many([product_key(shop.tenant, CATALOG, COAT)])
    line = command("decide", "a1", "--video", VIDEO, "--right", code=3).line
    assert line == f"shoppable: product coat of appearance a1 left catalog {CATALOG}; decide on another"


def test_right_or_wrong_has_to_be_said(shop: Shop, command: Command) -> None:
    assert "--right" in command("decide", "a1", "--video", VIDEO, code=2).err
    assert kept(shop) == []

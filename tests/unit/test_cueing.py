from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppable.logic.cueing import CuePolicy, canonical, content_hash, cue
from shoppable.model.catalog import Availability, FeedRow, Money, Picture, Product
from shoppable.model.cue import Cue, CueSheet
from shoppable.model.geometry import WHOLE, Box
from shoppable.model.match import Candidate, Tier
from shoppable.model.seen import Appearance, BoxAt, Kind

LEFT = (0.1, 0.1, 0.3, 0.9)
RIGHT = (0.6, 0.1, 0.8, 0.9)
BOTH_TIERS = CuePolicy(tiers=(Tier.EXACT, Tier.SIMILAR))


def product(product_id: str, link: str = "https://shop.example/p", **fields: object) -> Product:
    row = FeedRow.model_validate(
        {
            "line": 2,
            "product_id": product_id,
            "item_group_id": f"style-{product_id}",
            "title": f"Product {product_id}",
            "link": link,
            "image_links": ("https://shop.example/p.jpg",),
            "price": Money(minor=5200, currency="USD"),
            **fields,
        }
    )
    picture = Picture(picture_id="ab" * 32, picture_key="k", width_px=10, height_px=10, box=WHOLE)
    return Product(row=row, row_hash="h", pictures=(picture,))


def seen(
    name: str,
    product_id: str,
    start_ms: int,
    end_ms: int,
    *,
    at: tuple[float, float, float, float] = LEFT,
    tier: Tier = Tier.EXACT,
    shot: int = 0,
    score: float = 0.9,
    runner_up: str | None = None,
) -> Appearance:
    x0, y0, x1, y1 = at
    times = sorted({start_ms, (start_ms + end_ms) // 2, max(start_ms, end_ms - 1)})
    ids = [product_id] if runner_up is None else [product_id, runner_up]
    return Appearance(
        appearance_id=name,
        shot_index=shot,
        kind=Kind.UPPER,
        start_ms=start_ms,
        end_ms=end_ms,
        boxes=tuple(BoxAt(x0=x0, y0=y0, x1=x1, y1=y1, t_ms=t_ms) for t_ms in times),
        tier=tier,
        score=score,
        candidates=tuple(
            Candidate(product_id=each, item_group_id=each, score=score, similarity=0.8, affinity=0.4) for each in ids
        ),
    )


def cues_of(*appearances: Appearance, policy: CuePolicy = BOTH_TIERS) -> tuple[Cue, ...]:
    _, cues = cue(appearances, {name: product(name) for name in "abc"}, policy)
    return cues


def spans(cues: tuple[Cue, ...]) -> list[tuple[int, int]]:
    return [(each.start_ms, each.end_ms) for each in cues]


def test_only_exact_is_shown_unless_similar_is_asked_for() -> None:
    appearances = (
        seen("1", "a", 0, 1000),
        seen("2", "b", 0, 1000, tier=Tier.SIMILAR),
        seen("3", "c", 0, 1000, tier=Tier.NONE),
    )
    assert [each.product_id for each in cues_of(*appearances, policy=CuePolicy())] == ["a"]
    shown = cues_of(*appearances)
    assert [(each.product_id, each.tier) for each in shown] == [("a", Tier.EXACT), ("b", Tier.SIMILAR)]


def test_a_product_that_left_the_catalog_is_left_out_and_its_runner_up_does_not_take_its_place() -> None:
    products, cues = cue([seen("1", "gone", 0, 1000, runner_up="a")], {"a": product("a")}, BOTH_TIERS)
    assert (products, cues) == ((), ())


def test_what_is_sold_out_stays_listed_and_says_so() -> None:
    sold_out = product("a", availability="out_of_stock")
    products, cues = cue([seen("1", "a", 0, 1000)], {"a": sold_out}, CuePolicy())
    assert products[0].availability is Availability.OUT_OF_STOCK
    assert len(cues) == 1


def test_products_are_listed_once_in_the_order_they_are_seen_and_only_when_seen() -> None:
    products, cues = cue(
        [seen("1", "b", 5000, 6000), seen("2", "a", 9000, 9900, shot=3), seen("3", "b", 0, 1000, at=RIGHT)],
        {name: product(name) for name in "abc"},
        CuePolicy(),
    )
    assert [each.product_id for each in products] == ["b", "a"]
    assert spans(cues) == [(0, 1000), (5000, 6000), (9000, 9900)]


def test_the_picture_is_found_from_the_sheets_own_address() -> None:
    products, _ = cue([seen("1", "a", 0, 1000)], {"a": product("a")}, CuePolicy())
    assert products[0].image == f"../../../pictures/{'ab' * 32}.jpg"


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://shop.example/p?x=1", "https://shop.example/p?x=1"),
        ("http://shop.example", "http://shop.example"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//shop.example/p", ""),
        ("https:", ""),
        ("https://[broken", ""),
        ("", ""),
    ],
)
def test_a_link_leads_to_a_web_page_or_nowhere(link: str, kept: str) -> None:
    products, _ = cue([seen("1", "a", 0, 1000)], {"a": product("a", link=link)}, CuePolicy())
    assert products[0].link == kept


def test_a_sale_is_offered_while_it_holds() -> None:
    begin, end = datetime(2026, 11, 27, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)
    sale = Money(minor=100, currency="EUR")
    dated = {"a": product("a", sale_price=sale, sale_begin=begin, sale_end=end)}

    def offered(known: dict[str, Product], at: datetime | None) -> Money | None:
        (shown,), _ = cue([seen("1", "a", 0, 1000)], known, CuePolicy(), at=at)
        return shown.sale_price

    before = datetime(2026, 11, 26, 23, 59, tzinfo=UTC)
    assert [offered(dated, at) for at in (before, begin, end, None)] == [None, sale, None, None]
    assert offered({"a": product("a", sale_price=sale)}, None) == sale


@pytest.mark.parametrize(("length_ms", "count"), [(299, 0), (300, 1)])
def test_a_cue_too_short_to_point_at_is_dropped(length_ms: int, count: int) -> None:
    assert len(cues_of(seen("1", "a", 1000, 1000 + length_ms))) == count


def test_short_appearances_of_one_thing_are_joined_before_they_are_judged_short() -> None:
    assert spans(cues_of(seen("1", "a", 0, 250), seen("2", "a", 400, 650))) == [(0, 650)]


@pytest.mark.parametrize(("gap_ms", "expected"), [(500, [(0, 2500)]), (501, [(0, 1000), (1501, 2501)])])
def test_one_thing_unseen_for_a_moment_is_one_cue(gap_ms: int, expected: list[tuple[int, int]]) -> None:
    cues = cues_of(seen("1", "a", 0, 1000), seen("2", "a", 1000 + gap_ms, 2000 + gap_ms))
    assert spans(cues) == expected
    times = [box.t_ms for box in cues[0].boxes]
    assert times == sorted(set(times))


def test_two_of_one_product_in_two_places_are_two_cues() -> None:
    assert spans(cues_of(seen("1", "a", 0, 1000), seen("2", "a", 200, 1200, at=RIGHT))) == [(0, 1000), (200, 1200)]


def test_cuts_part_cues() -> None:
    assert len(cues_of(seen("1", "a", 0, 1000), seen("2", "a", 1000, 2000, shot=1))) == 2


def test_a_thing_found_twice_is_one_cue_with_the_better_ones_boxes_where_both_saw_it() -> None:
    within = (0.12, 0.3, 0.28, 0.6)
    cues = cues_of(seen("whole", "a", 0, 1000, score=0.7), seen("upper", "a", 600, 1600, at=within, score=0.95))
    assert [(each.cue_id, each.start_ms, each.end_ms, each.score) for each in cues] == [("upper", 0, 1600, 0.95)]
    assert {(box.t_ms < 600, box.y0) for box in cues[0].boxes} == {(True, 0.1), (False, 0.3)}


def test_two_of_one_product_that_only_pass_each_other_stay_two() -> None:
    moments = [(t_ms, t_ms / 1000) for t_ms in range(0, 1001, 100)]
    going = tuple(BoxAt(x0=0.8 * s, y0=0, x1=0.8 * s + 0.1, y1=0.5, t_ms=t) for t, s in moments)
    coming = tuple(BoxAt(x0=0.8 - 0.8 * s, y0=0, x1=0.9 - 0.8 * s, y1=0.5, t_ms=t) for t, s in moments)
    one, other = (seen(name, "a", 0, 1001).model_copy(update={"boxes": b}) for name, b in [("g", going), ("c", coming)])
    assert len(cues_of(one, other)) == 2


def test_what_joins_two_makes_them_one() -> None:
    beside = [seen("1", "a", 0, 1000, at=(0.0, 0.0, 0.2, 1.0)), seen("2", "a", 0, 1000, at=(0.2, 0.0, 0.4, 1.0))]
    assert len(cues_of(*beside)) == 2
    assert len(cues_of(*beside, seen("3", "a", 100, 1100, at=(0.0, 0.0, 0.4, 1.0), score=0.99))) == 1


def moving(name: str, *stops: tuple[int, float]) -> Appearance:
    """Something a tenth of the picture wide, at the given places (its left side) at the given times."""
    boxes = tuple(BoxAt(x0=x, y0=0.2, x1=x + 0.1, y1=0.8, t_ms=t_ms) for t_ms, x in stops)
    return seen(name, "a", stops[0][0], stops[-1][0] + 1).model_copy(update={"boxes": boxes})


def test_a_thing_that_moved_is_known_again_where_it_was_last_seen() -> None:
    assert len(cues_of(moving("1", (0, 0.0), (1000, 0.6)), moving("2", (1200, 0.62), (2000, 0.1)))) == 1
    assert len(cues_of(moving("1", (0, 0.6), (1000, 0.0)), moving("2", (1200, 0.62), (2000, 0.0)))) == 2


def test_where_a_thing_was_between_two_samples_lies_between() -> None:
    assert len(cues_of(moving("1", (0, 0.0), (2000, 0.8)), moving("2", (500, 0.2), (1500, 0.6)))) == 1
    assert len(cues_of(moving("1", (0, 0.0), (2000, 0.8)), moving("2", (500, 0.0), (1500, 0.0)))) == 2


def test_where_exact_and_similar_tell_of_one_thing_exact_stands_and_does_not_grow() -> None:
    cues = cues_of(seen("s", "a", 0, 2000, tier=Tier.SIMILAR, score=0.99), seen("e", "a", 500, 1500, score=0.8))
    assert [(each.cue_id, each.tier, each.start_ms, each.end_ms) for each in cues] == [("e", Tier.EXACT, 500, 1500)]


def test_a_similar_stretch_next_to_an_exact_one_keeps_its_own_label() -> None:
    cues = cues_of(seen("e", "a", 0, 1000), seen("s", "a", 1000, 2000, tier=Tier.SIMILAR))
    assert [each.tier for each in cues] == [Tier.EXACT, Tier.SIMILAR]


corners = st.floats(0, 1)
places = st.sampled_from([LEFT, RIGHT, (0.12, 0.3, 0.28, 0.6), (0.2, 0.1, 0.4, 0.9), (0.0, 0.0, 1.0, 1.0)])


@st.composite
def anywhere(draw: st.DrawFn) -> tuple[float, float, float, float]:
    x0, x1 = sorted((draw(corners), draw(corners)))
    y0, y1 = sorted((draw(corners), draw(corners)))
    return x0, y0, x1, y1


@st.composite
def appearances(draw: st.DrawFn) -> list[Appearance]:
    made = []
    for index in range(draw(st.integers(0, 8))):
        start_ms = draw(st.integers(0, 4000))
        made.append(
            seen(
                f"{index}",
                draw(st.sampled_from("ab")),
                start_ms,
                start_ms + draw(st.integers(0, 3000)),
                at=draw(places | anywhere()),
                tier=draw(st.sampled_from(Tier)),
                shot=draw(st.integers(0, 1)),
                score=draw(st.floats(0, 1)),
            )
        )
    return made


@given(appearances())
def test_whatever_was_seen_the_sheet_is_sound(found: list[Appearance]) -> None:
    known = {name: product(name) for name in "ab"}
    products, cues = cue(found, known, BOTH_TIERS)
    assert [each.start_ms for each in cues] == sorted(each.start_ms for each in cues)
    assert len({each.cue_id for each in cues}) == len(cues)
    assert {each.product_id for each in products} == {each.product_id for each in cues}
    assert all(each.duration_ms >= 300 for each in cues)
    for each in cues:
        times = [box.t_ms for box in each.boxes]
        assert times == sorted(set(times))
    assert cue(reversed(found), known, BOTH_TIERS) == (products, cues), "the order of appearances must not matter"


@given(appearances())
def test_no_thing_is_doubled(found: list[Appearance]) -> None:
    """Two cues of one product in one shot that share time are mostly in two places."""
    shots = {each.appearance_id: each.shot_index for each in found}
    cues = cues_of(*found)
    still = [each for each in cues if len({(b.x0, b.y0, b.x1, b.y1) for b in each.boxes}) == 1]
    for one in still:
        for other in still:
            if one.cue_id < other.cue_id and one.product_id == other.product_id and one.overlap_ms(other):
                if shots[one.cue_id] != shots[other.cue_id]:
                    continue
                first, second = Box(**_sides(one)), Box(**_sides(other))
                assert max(first.inside(second), second.inside(first)) < 0.5


def _sides(cue: Cue) -> dict[str, float]:
    return cue.boxes[0].model_dump(exclude={"t_ms"})


def sheet(**changed: object) -> CueSheet:
    products, cues = cue([seen("1", "a", 0, 1000)], {"a": product("a")}, CuePolicy())
    said: dict[str, object] = {
        "video_id": "v",
        "version": 1,
        "published_at": datetime(2026, 11, 1, tzinfo=UTC),
        "catalog": "spring",
        "duration_ms": 5000,
        "width": 1280,
        "height": 720,
        "tiers": (Tier.EXACT,),
        "products": products,
        "cues": cues,
    }
    return CueSheet.model_validate(said | changed)


def test_the_hash_is_of_what_is_offered_not_of_when() -> None:
    before = content_hash(sheet())
    assert content_hash(sheet(version=7, published_at=datetime(2027, 1, 1, tzinfo=UTC))) == before
    assert content_hash(sheet(tiers=(Tier.EXACT, Tier.SIMILAR))) != before
    cheaper = sheet().products[0].model_copy(update={"price": Money(minor=4900, currency="USD")})
    assert content_hash(sheet(products=(cheaper,))) != before


def test_canonical_json_is_one_and_refuses_what_json_has_not() -> None:
    assert canonical({"b": [1, 2.5], "a": None}) == canonical({"a": None, "b": [1, 2.5]})
    with pytest.raises(ValueError, match="JSON"):
        canonical(float("nan"))

"""From appearances to what a player offers: which are shown, joined where they are one thing, with their products."""

import hashlib
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, JsonValue

from shoppable.model.catalog import Product
from shoppable.model.cue import Cue, CueProduct, CueSheet
from shoppable.model.geometry import Box
from shoppable.model.match import Tier
from shoppable.model.noun import Noun
from shoppable.model.seen import Appearance, BoxAt

ShownTier = Literal[Tier.EXACT, Tier.SIMILAR]
"""Tiers that a viewer may be shown."""

SAME_PLACE = 0.5
"""Two boxes are one place when this share of the smaller one lies in the other: a coat's box in that of its wearer."""

DECIMALS = 4
"""Of box corners and scores in a sheet: a quarter of a pixel of a 2.5k frame."""


class CuePolicy(Noun):
    """What is let through to viewers.

    Attributes:
        tiers: Tiers that are shown.
        max_gap_ms: One thing unseen for no longer than this stays one cue.
        min_cue_ms: Shorter cues are dropped: nobody could point at them.
    """

    tiers: tuple[ShownTier, ...] = (Tier.EXACT,)
    max_gap_ms: int = Field(default=500, ge=0)
    min_cue_ms: int = Field(default=300, ge=0)


def shown_product(appearance: Appearance, policy: CuePolicy) -> str | None:
    """The product an appearance stands for under the policy; None when it is not to be shown."""
    if appearance.tier not in policy.tiers or not appearance.candidates:
        return None
    return appearance.candidates[0].product_id


def cue(
    appearances: Iterable[Appearance],
    products: Mapping[str, Product],
    policy: CuePolicy,
    *,
    at: datetime | None = None,
) -> tuple[tuple[CueProduct, ...], tuple[Cue, ...]]:
    """What a cue sheet offers: its products and its cues.

    An appearance is shown as its first candidate or not at all: a runner-up is never put in its place. Appearances of
    one product in one shot that are in one place, at one time or nearly so, become one cue; in different places they
    stay apart. Where an exact and a similar one tell of the same thing, the exact one stands.

    Args:
        appearances: Of one run, in any order.
        products: By product id, as they are in the catalog now; an appearance of one that is missing is left out.
        policy: What is let through.
        at: When the sheet is made: a sale price is offered that holds then. Without it only those without dates are.

    Returns:
        Products in the order in which they are first seen, and cues by start time.
    """
    groups: dict[tuple[str, int], list[Cue]] = defaultdict(list)
    for appearance in appearances:
        product_id = shown_product(appearance, policy)
        if product_id is not None and product_id in products:
            groups[product_id, appearance.shot_index].append(_cue(appearance, product_id))
    cues = [each for group in groups.values() for each in _joined_up(group, policy.max_gap_ms)]
    kept = sorted((each for each in cues if each.duration_ms >= policy.min_cue_ms), key=_by_time)
    seen = dict.fromkeys(each.product_id for each in kept)
    return tuple(_product(products[product_id], at) for product_id in seen), tuple(kept)


def content_hash(sheet: CueSheet) -> str:
    """SHA-256 of what is offered: equal for two versions that offer the same."""
    return hashlib.sha256(canonical(sheet.model_dump(mode="json", exclude={"version", "published_at"}))).hexdigest()


def canonical(value: JsonValue) -> bytes:
    """The one way to write this JSON value: names sorted, no spaces, UTF-8.

    >>> canonical({"b": 1, "a": "é"}).decode()
    '{"a":"é","b":1}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _by_time(cue: Cue) -> tuple[int, int, str]:
    return cue.start_ms, cue.end_ms, cue.cue_id


def _cue(appearance: Appearance, product_id: str) -> Cue:
    return Cue(
        cue_id=appearance.appearance_id,
        product_id=product_id,
        tier=Tier.EXACT if appearance.tier is Tier.EXACT else Tier.SIMILAR,
        score=round(appearance.score, DECIMALS),
        start_ms=appearance.start_ms,
        end_ms=appearance.end_ms,
        boxes=tuple(_rounded(box) for box in appearance.boxes),
    )


def _rounded(box: BoxAt) -> BoxAt:
    sides = {side: round(getattr(box, side), DECIMALS) for side in ("x0", "y0", "x1", "y1")}
    return BoxAt(t_ms=box.t_ms, **sides)


def _product(product: Product, at: datetime | None) -> CueProduct:
    row = product.row
    dated = row.sale_begin is not None or row.sale_end is not None
    sale = row.sale_at(at) if at else None if dated else row.sale_price
    return CueProduct(
        product_id=row.product_id,
        item_group_id=row.item_group_id,
        title=row.title,
        link=_web_link(row.link),
        image=f"../../../pictures/{product.pictures[0].picture_id}.jpg",
        price=row.price,
        sale_price=sale,
        availability=row.availability,
        brand=row.brand,
        color=row.color,
        size=row.size,
    )


def _web_link(link: str) -> str:
    """The link when it leads to a web page, else nothing: a feed may say `javascript:`."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    return link if parts.scheme in ("http", "https") and parts.netloc else ""


def _joined_up(cues: Iterable[Cue], max_gap_ms: int) -> list[Cue]:
    """Cues of one product in one shot, joined until no two of them are the same thing."""
    apart: list[Cue] = []
    for cue in sorted(cues, key=_by_time):
        whole = cue
        while twin := next((other for other in apart if _same_thing(other, whole, max_gap_ms)), None):
            apart.remove(twin)
            whole = _joined(twin, whole)
        apart.append(whole)
    return apart


def _same_thing(one: Cue, other: Cue, max_gap_ms: int) -> bool:
    """Whether two cues of one product in one shot tell of one thing."""
    first, second = sorted((one, other), key=_by_time)
    if first.overlap_ms(second) == 0:
        near = second.start_ms - first.end_ms <= max_gap_ms
        return near and first.tier is second.tier and _same_place(first.boxes[-1], second.boxes[0])
    start, end = second.start_ms, min(first.end_ms, second.end_ms)
    moments = {box.t_ms for box in (*one.boxes, *other.boxes) if start <= box.t_ms < end} or {start}
    shared = sum(_same_place(_at(one.boxes, t_ms), _at(other.boxes, t_ms)) for t_ms in moments)
    return 2 * shared >= len(moments)


def _same_place(one: Box, other: Box) -> bool:
    return max(one.inside(other), other.inside(one)) >= SAME_PLACE


def _at(boxes: Sequence[BoxAt], t_ms: int) -> Box:
    """Where a thing is at a moment: between two boxes on the straight line, outside of them on the nearest."""
    after = bisect_right(boxes, t_ms, key=lambda box: box.t_ms)
    if after in (0, len(boxes)):
        return boxes[min(after, len(boxes) - 1)]
    one, two = boxes[after - 1], boxes[after]
    share = (t_ms - one.t_ms) / (two.t_ms - one.t_ms)
    sides = ((getattr(one, side), getattr(two, side)) for side in ("x0", "y0", "x1", "y1"))
    return Box.clipped(*(begin + share * (end - begin) for begin, end in sides))


def _joined(one: Cue, other: Cue) -> Cue:
    """One cue for one thing: the better one, longer by what only the other one saw."""
    better, lesser = sorted((one, other), key=lambda cue: (cue.tier is not Tier.EXACT, -cue.score, *_by_time(cue)))
    if better.tier is not lesser.tier:
        return better
    first_ms = min(better.start_ms, better.boxes[0].t_ms)
    last_ms = max(better.end_ms - 1, better.boxes[-1].t_ms)
    extra = [box for box in lesser.boxes if box.t_ms < first_ms or box.t_ms > last_ms]
    return better.model_copy(
        update={
            "start_ms": min(one.start_ms, other.start_ms),
            "end_ms": max(one.end_ms, other.end_ms),
            "boxes": tuple(sorted((*better.boxes, *extra), key=lambda box: box.t_ms)),
        }
    )

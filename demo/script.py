"""The script of the film: shots as data, and how they share the time.

Names of garments and goods are those of `demo.assortment`. A shot is negative when nothing in it is sold in the shop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from demo.assortment import product_of
from demo.camera import DAYLIGHT, Light, Move, View
from demo.faces import Look
from demo.ink import rgb
from demo.places_indoors import COUNTER_Y, SHELF_Y

FPS = 25
FRAME_MS = 1000 // FPS
Act = Literal["stand", "wave", "walk", "turn", "hold", "show"]
Entry = Literal["cut", "crossfade", "fade_black"]
FADE_FRAMES = {"cut": 0, "crossfade": 14, "fade_black": 20}

LOOKS = {
    "mara": Look(rgb("#f0c3a0"), rgb("#6b3a22"), "bob"),
    "noah": Look(rgb("#8d5a3c"), rgb("#241a1c"), "curly"),
    "emil": Look(rgb("#e8b48c"), rgb("#3a2a26"), "short", beard=True, glasses=True),
    "lene": Look(rgb("#f6d3b8"), rgb("#d9a04a"), "tail"),
    "asha": Look(rgb("#c98d63"), rgb("#2b2024"), "bun", shoes=rgb("#7a3b3b")),
    "finn": Look(rgb("#f2c9a8"), rgb("#9a4a2a"), "beanie"),
    "kofi": Look(rgb("#6f432c"), rgb("#1f1718"), "short", glasses=True, lips=rgb("#8f4038")),
}


@dataclass(frozen=True)
class Part:
    """Somebody in a shot.

    Attributes:
        look: Who, of `LOOKS`.
        top: Garment.
        bottom: Garment.
        act: What they do.
        x: Where they stand, units.
        to_x: Where they walk to, units; None when they stay.
        holds: The good in their hands.
    """

    look: str
    top: str
    bottom: str
    act: Act
    x: float = 0.0
    to_x: float | None = None
    holds: str | None = None


@dataclass(frozen=True)
class Prop:
    """A good that stands at (x, y) units, turned by `yaw` radians and slowly on by `spin` radians a second."""

    good: str
    x: float
    y: float
    yaw: float = 0.0
    spin: float = 0.0


@dataclass(frozen=True)
class Shot:
    """One shot: where, how long in the full film, the camera, who and what is in it, and how it comes in."""

    name: str
    place: str
    seconds: float
    move: Move
    parts: tuple[Part, ...] = ()
    props: tuple[Prop, ...] = ()
    enters: Entry = "cut"
    light: Light = DAYLIGHT

    @property
    def products(self) -> tuple[str, ...]:
        """Products of the shop that are on stage."""
        things = [name for part in self.parts for name in (part.top, part.bottom, part.holds)] + [
            p.good for p in self.props
        ]
        return tuple(sorted({p for p in (product_of(t) for t in things if t is not None) if p is not None}))

    @property
    def kind(self) -> Literal["held", "still", "worn", "negative"]:
        """What is shown of the shop."""
        if not self.products:
            return "negative"
        if any(part.holds is not None and product_of(part.holds) for part in self.parts):
            return "held"
        return "worn" if self.parts else "still"


def _move(name: str, x0: float, y0: float, h0: float, x1: float, y1: float, h1: float, roll: float = 0.0) -> Move:
    return Move(name, View(x0, y0, h0, -roll), View(x1, y1, h1, roll))


SCRIPT: tuple[Shot, ...] = (
    Shot("harbour tee in the park", "park", 3.0, _move("pan", -8, -104, 148, 8, -106, 138, 0.012),
         (Part("mara", "tee-harbour-navy", "chino-sand", "wave", -6),), light=Light((1.0, 1.05), 0.02, 0.9)),
    Shot("empty street", "street", 2.6, _move("pan", -70, -100, 170, 60, -100, 160),
         light=Light((1.0, 1.0), 0.03, 0.7)),
    Shot("herbal tea in the kitchen", "kitchen", 3.0, _move("zoom_in", 8, -121, 106, 6, -119, 88, -0.008),
         (Part("asha", "jumper-teal", "jeans", "hold", -4, holds="tea-morgentau"),),
         (Prop("oat-havre", 50, COUNTER_Y, -0.3, 0.05),), light=Light((1.02, 0.98), 0.04, 1.1)),
    Shot("somebody else's coffee", "kitchen", 2.6, _move("drift", 4, -122, 100, -4, -120, 92),
         (Part("emil", "jumper-nordic", "jeans", "show", -16, holds="coffee-caffe-sud"),),
         (Prop("milk-alm", -62, COUNTER_Y, 0.3),), light=Light((0.98, 1.03), 0.05, 1.1)),
    Shot("summit hoodie in the street", "street", 2.8, _move("pan", -34, -110, 136, 22, -110, 134, -0.01),
         (Part("noah", "hoodie-summit-forest", "jeans", "walk", -40, 26),),
         enters="crossfade", light=Light((1.05, 0.98), -0.03, 1.0)),
    Shot("soda and biscuits on the shelf", "shelf", 2.8, _move("pan", -12, -113, 66, 12, -112, 62, 0.015),
         props=(Prop("tea-abendrot", -48, SHELF_Y - 1, 0.25), Prop("soda-yuzu", -21, SHELF_Y - 1, -0.1, 0.12),
                Prop("biscuits-le-port", 7, SHELF_Y - 1, -0.22, 0.1), Prop("juice-sole", 34, SHELF_Y - 1, 0.1),
                Prop("milk-alm", 54, SHELF_Y - 1, -0.3)), light=Light((0.96, 1.06), 0.0, 1.3)),
    Shot("another green hoodie", "park", 2.8, _move("zoom_in", 10, -108, 150, 0, -112, 128),
         (Part("lene", "hoodie-wild-north", "trousers-olive", "wave", 0),), light=Light((1.0, 1.0), 0.0, 0.9)),
    Shot("varsity jacket in the studio", "studio", 2.8, _move("zoom_in", 0, -108, 140, 0, -114, 112, 0.01),
         (Part("kofi", "jacket-kingsbridge-claret", "jeans", "turn", 0),),
         enters="fade_black", light=Light((1.0, 1.04), 0.03, 0.7)),
    Shot("espresso in the park", "park", 2.6, _move("drift", 8, -125, 98, 2, -123, 88, -0.01),
         (Part("finn", "tee-mustard", "jeans", "show", -16, holds="coffee-tre-colli"),),
         light=Light((1.03, 1.0), -0.02, 0.9, 0.45)),
    Shot("a shelf of strangers", "shelf", 2.6, _move("pan", 20, -113, 70, -16, -113, 66, -0.012),
         props=(Prop("biscuits-kipferl", -42, SHELF_Y - 1, 0.2), Prop("soda-melon", -14, SHELF_Y - 1, 0.1, 0.1),
                Prop("coffee-caffe-sud", 10, SHELF_Y - 1, -0.15), Prop("tea-abendrot", 35, SHELF_Y - 1, -0.25),
                Prop("juice-sole", 58, SHELF_Y - 1)), light=Light((1.05, 0.97), 0.04, 1.3)),
    Shot("check shirt and meadow skirt", "street", 3.0, _move("tilt", 4, -112, 126, 0, -95, 132, 0.01),
         (Part("lene", "shirt-rosalie-check", "skirt-meadow-navy", "turn", 2),), light=Light((1.0, 1.0), 0.04, 0.9)),
    Shot("passers-by", "street", 3.0, _move("pan", -12, -104, 152, 12, -104, 146),
         (Part("emil", "shirt-hibiscus", "trousers-olive", "walk", -62, -22),
          Part("asha", "tee-deep-blue", "skirt-rust", "walk", 56, 34)),
         light=Light((1.0, 1.0), -0.03, 1.0)),
    Shot("palm shorts in the park", "park", 2.4, _move("zoom_in", -2, -102, 142, 0, -104, 120, -0.012),
         (Part("noah", "tee-white", "shorts-palm-lagoon", "turn", 0),), light=Light((1.04, 1.0), 0.03, 0.9)),
)  # fmt: skip


@dataclass(frozen=True)
class Cue:
    """A shot on the time line, in frames; `end` is exclusive. Fades are shared with the neighbours."""

    index: int
    shot: Shot
    start: int
    end: int
    enters: Literal["start", "cut", "crossfade", "fade_black"]
    lead: int
    tail: int

    @property
    def clear(self) -> tuple[int, int]:
        """Frames between the fades, the second exclusive."""
        return self.start + self.lead, self.end - self.tail

    @property
    def shown(self) -> tuple[int, int]:
        """All frames on which something of the shot is to be seen, the second exclusive."""
        before = self.lead if self.enters == "crossfade" else 0
        return self.start - before, self.end + self.overlap

    @property
    def overlap(self) -> int:
        """Frames after its end during which the shot still fades."""
        return self.tail if self.tail == FADE_FRAMES["crossfade"] // 2 else 0


def plan(seconds: float) -> list[Cue]:
    """Lay the script out over a film.

    A film shorter than the script takes its first shots, a longer one begins it again.

    Args:
        seconds: Length of the film, at least 1.

    Returns:
        Shots without gaps, together `round(seconds * FPS)` frames.
    """
    total = round(seconds * FPS)
    usual = sum(shot.seconds for shot in SCRIPT) / len(SCRIPT)
    shots = [SCRIPT[i % len(SCRIPT)] for i in range(max(1, round(seconds / usual)))]
    weights = [shot.seconds for shot in shots]
    marks = [round(total * sum(weights[:i]) / sum(weights)) for i in range(len(shots) + 1)]
    halves = [0, *(FADE_FRAMES[shot.enters] // 2 for shot in shots[1:]), 0]
    return [
        Cue(i, shot, marks[i], marks[i + 1], "start" if i == 0 else shot.enters, halves[i], halves[i + 1])
        for i, shot in enumerate(shots)
    ]

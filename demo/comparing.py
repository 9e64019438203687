"""What was found against what is really there: in words and counts, for the demo and the tests."""

from dataclasses import dataclass, field
from typing import Any, Literal

_STEP_MS = 40
_GRACE_MS = 200


@dataclass(frozen=True)
class Line:
    """One product that is really on screen, and what became of it."""

    product_id: str
    start_ms: int
    end_ms: int
    outcome: Literal["found", "refused", "missed"]
    detail: str


@dataclass(frozen=True)
class Outcome:
    """The comparison of a whole film.

    Attributes:
        lines: One for each true appearance.
        wrong: Appearances shown where their product is not, in words.
        wrong_s: Seconds in which at least one wrong product is shown; 200 ms of grace at the ends.
        duration_s: Of the film.
    """

    duration_s: float
    wrong_s: float = 0.0
    lines: list[Line] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def found(self) -> int:
        """True appearances that are shown for at least half of their time."""
        return self._count("found")

    @property
    def refused(self) -> int:
        """True appearances that were the first candidate, but not sure enough to be shown."""
        return self._count("refused")

    @property
    def missed(self) -> int:
        """True appearances nobody thought of."""
        return self._count("missed")

    def _count(self, outcome: str) -> int:
        return sum(line.outcome == outcome for line in self.lines)


def compare(truth: dict[str, Any], result: dict[str, Any]) -> Outcome:
    """Compares a result of `shoppable analyze --json` with the film's truth."""
    shown = [each for each in result["appearances"] if each["shown"]]
    hidden = [each for each in result["appearances"] if not each["shown"]]
    true = truth["appearances"]
    lines = [_line(each, shown, hidden) for each in true]
    times = range(_STEP_MS // 2, truth["duration_ms"], _STEP_MS)
    wrong_at = [t for t in times if any(_is_wrong(each, true + truth["ignore"], t) for each in shown)]
    wrong = [
        f"{each['product_id']} at {each['start_ms'] / 1000:.1f} s (p {each['score']:.2f}, {each['reason']})"
        for each in shown
        if any(_is_wrong(each, true + truth["ignore"], t) for t in times)
    ]
    return Outcome(
        duration_s=truth["duration_ms"] / 1000, wrong_s=len(wrong_at) * _STEP_MS / 1000, lines=lines, wrong=wrong
    )


def _line(true: dict[str, Any], shown: list[dict[str, Any]], hidden: list[dict[str, Any]]) -> Line:
    same = [each for each in shown if each["product_id"] == true["product_id"]]
    best = max(same, key=lambda each: _overlap_ms(each, true), default=None)
    length = true["end_ms"] - true["start_ms"]
    told = (true["product_id"], true["start_ms"], true["end_ms"])
    if best is not None and sum(_overlap_ms(each, true) for each in same) >= length / 2:
        return Line(*told, "found", f"p {best['score']:.2f}: {best['reason']}")
    thought = [each for each in hidden if each["product_id"] == true["product_id"] and _overlap_ms(each, true)]
    if thought:
        surest = max(thought, key=lambda each: each["score"])
        return Line(*told, "refused", f"p {surest['score']:.2f}: {surest['reason']}")
    return Line(*told, "missed", "")


def _overlap_ms(a: dict[str, Any], b: dict[str, Any]) -> int:
    start_ms, end_ms = max(a["start_ms"], b["start_ms"]), min(a["end_ms"], b["end_ms"])
    return max(0, int(end_ms) - int(start_ms))


def _is_wrong(each: dict[str, Any], true: list[dict[str, Any]], t_ms: int) -> bool:
    """Whether an appearance is on screen at a time at which its product is not."""
    if not each["start_ms"] <= t_ms < each["end_ms"]:
        return False
    return not any(
        other["product_id"] == each["product_id"]
        and other["start_ms"] - _GRACE_MS <= t_ms < other["end_ms"] + _GRACE_MS
        for other in true
    )

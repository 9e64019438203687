"""Which declarations are pipelines, and what a declaration says of its runs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoppable.errors import InvalidInput
from shoppable.model.time import Span
from shoppable.pipelines.spec import Pipeline, Retry, Step
from shoppable.ports import Ports, Scope
from tests.pipelines.tiny import make_ports


class Silent:
    def at(self, done: int, total: int | None = None, **figures: float) -> None:
        """Nobody listens."""

    def heed(self) -> None:
        """Nobody cancels."""


PORTS = make_ports(Scope("tests", "run"), Silent())


def none(ports: Ports) -> int:
    return 0


def one(ports: Ports, a: int) -> int:
    return a


def two(ports: Ports, a: int, b: int) -> int:
    return a + b


def three(ports: Ports, a: int, b: int, c: int) -> int:
    return a + b + c


TAKING: tuple[Callable[..., Any], ...] = (none, one, two, three)


def shorten(ports: Ports, span: Span, *, by_ms: int = 100) -> Span:
    return Span(start_ms=span.start_ms, end_ms=span.end_ms - by_ms)


@st.composite
def declarations(draw: st.DrawFn) -> tuple[tuple[str, ...], tuple[Step, ...]]:
    """A declaration that is right: each step needs some of what is known before it."""
    takes = tuple(draw(st.lists(st.sampled_from("pqr"), unique=True, max_size=3)))
    known = list(takes)
    steps = []
    for number in range(draw(st.integers(1, 6))):
        needs = tuple(draw(st.lists(st.sampled_from(known), unique=True, max_size=3)) if known else [])
        over = draw(st.sampled_from([None, *needs]))
        steps.append(Step(f"s{number}", TAKING[len(needs)], needs=needs, over=over))
        known.append(f"s{number}")
    return takes, tuple(steps)


@given(declarations())
@settings(deadline=None, max_examples=50)
def test_edges_to_what_was_made_before_are_accepted(declaration: tuple[tuple[str, ...], tuple[Step, ...]]) -> None:
    takes, steps = declaration
    pipeline = Pipeline("right", takes, steps)
    assert pipeline.version == Pipeline("right", takes, steps).version
    pipeline.check_inputs(dict.fromkeys(takes, 1))
    with pytest.raises(InvalidInput, match="pipeline right takes"):
        pipeline.check_inputs(dict.fromkeys([*takes, "more"], 1))


@given(declarations(), st.data())
@settings(deadline=None, max_examples=50)
def test_a_wrong_edge_is_refused(declaration: tuple[tuple[str, ...], tuple[Step, ...]], data: st.DataObject) -> None:
    takes, steps = declaration
    at = data.draw(st.integers(0, len(steps) - 1))
    wrongs: dict[str, Step | None] = {
        "nobody gives": Step(steps[at].name, one, needs=("nothing",)),
        "comes later or from itself": Step(
            steps[at].name, one, needs=(data.draw(st.sampled_from([step.name for step in steps[at:]])),)
        ),
        "no need of it": replace(steps[at], over="nothing"),
        "but the step needs": replace(steps[at], run=TAKING[(len(steps[at].needs) + 1) % len(TAKING)]),
        "has no option": replace(steps[at], options={"shade": 1}),
        "is made twice": replace(steps[at], name=takes[0]) if takes else None,
    }
    said, wrong = data.draw(st.sampled_from([(said, wrong) for said, wrong in wrongs.items() if wrong is not None]))
    with pytest.raises(InvalidInput, match=said):
        Pipeline("wrong", takes, (*steps[:at], wrong, *steps[at + 1 :]))


def test_a_step_cannot_come_twice() -> None:
    with pytest.raises(InvalidInput, match="the value s0 is made twice"):
        Pipeline("wrong", (), (Step("s0", none), Step("s0", none)))


def test_no_steps_are_no_pipeline() -> None:
    with pytest.raises(InvalidInput, match="has no steps"):
        Pipeline("empty", ("p",), ())


RIGHT = Pipeline("right", ("p", "q"), (Step("s", two, needs=("p", "q")), Step("t", one, needs=("s",))))


@pytest.mark.parametrize(
    "changed",
    [
        replace(RIGHT, name="other"),
        replace(RIGHT, takes=("q", "p")),
        replace(RIGHT, steps=RIGHT.steps[:1]),
        replace(RIGHT, steps=(replace(RIGHT.steps[0], needs=("q", "p")), RIGHT.steps[1])),
        replace(RIGHT, steps=(RIGHT.steps[0], replace(RIGHT.steps[1], over="s"))),
        replace(RIGHT, steps=(RIGHT.steps[0], replace(RIGHT.steps[1], needs=("p",)))),
    ],
)
def test_another_declaration_is_another_version(changed: Pipeline) -> None:
    assert changed.version != RIGHT.version
    assert changed.run_id({"p": 1, "q": 2}) != RIGHT.run_id({"p": 1, "q": 2})


def test_options_are_part_of_the_version_and_retries_are_not() -> None:
    step = Step("s", shorten, needs=("p",), options={"by_ms": 5})
    pipeline = Pipeline("short", ("p",), (step,))
    assert replace(pipeline, steps=(replace(step, options={"by_ms": 6}),)).version != pipeline.version
    assert replace(pipeline, steps=(replace(step, retry=Retry(tries=9), machine="gpu"),)).version == pipeline.version


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(json_values, json_values)
@settings(deadline=None, max_examples=50)
def test_the_same_input_is_the_same_run(p: Any, q: Any) -> None:
    run_id = RIGHT.run_id({"p": p, "q": q})
    assert RIGHT.run_id({"q": q, "p": p}) == run_id
    assert RIGHT.run_id({"p": p, "q": [q]}) != run_id
    assert run_id.startswith("right-")


def test_a_step_turns_json_into_nouns_and_back() -> None:
    step = Step("s", shorten, needs=("p",), options={"by_ms": 50})
    assert step.call(PORTS, ({"start_ms": 100, "end_ms": 900},)) == {"start_ms": 100, "end_ms": 850}


def test_a_step_refuses_what_it_cannot_read() -> None:
    with pytest.raises(InvalidInput, match="step s was given what it cannot read"):
        Step("s", shorten, needs=("p",)).call(PORTS, ({"start_ms": -1, "end_ms": 900},))

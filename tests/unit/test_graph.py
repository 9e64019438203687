"""What the studio draws of a pipeline and of a run's story."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shoppable.model.run import State, StepEvent
from shoppable.pipelines.graph import Edge, Node, graph
from tests.pipelines.tiny import SPEAK


def event(step: str, state: State, item: int | None = None, attempt: int = 1, **more: Any) -> StepEvent:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    return StepEvent(run_id="run", step=step, item=item, attempt=attempt, state=state, at=at, **more)


def node(events: list[StepEvent], step: str = "words") -> Node:
    return next(node for node in graph(SPEAK, events).nodes if node.step == step)


def test_a_pipeline_is_drawn_in_running_order() -> None:
    drawn = graph(SPEAK)
    assert drawn.takes == ("folder", "text")
    assert [(each.step, each.over, each.state) for each in drawn.nodes] == [
        ("words", None, State.PENDING),
        ("shouts", "words", State.PENDING),
        ("line", None, State.PENDING),
        ("measures", None, State.PENDING),
    ]
    assert Edge(source="text", target="words") in drawn.edges
    assert Edge(source="shouts", target="line") in drawn.edges
    assert len(drawn.edges) == sum(len(step.needs) for step in SPEAK.steps)


@pytest.mark.parametrize("state", State)
def test_a_node_stands_as_its_last_event_says(state: State) -> None:
    assert node([event("words", State.RUNNING), event("words", state)]).state is state


def test_figures_are_the_latest_of_each_name() -> None:
    told = [
        event("words", State.RUNNING, figures={"done": 1, "total": 4}),
        event("words", State.RUNNING, figures={"done": 3, "bytes": 10}),
    ]
    assert node(told).figures == {"done": 3, "total": 4, "bytes": 10}


def test_an_error_is_shown_until_a_later_attempt_succeeds() -> None:
    failed = [event("words", State.RUNNING), event("words", State.FAILED, error="no room")]
    assert (node(failed).error, node(failed).attempts) == ("no room", 1)
    again = [*failed, event("words", State.RUNNING, attempt=2)]
    assert (node(again).state, node(again).error, node(again).attempts) == (State.RUNNING, "no room", 2)
    well = [*again, event("words", State.SUCCEEDED, attempt=2)]
    assert (node(well).state, node(well).error) == (State.SUCCEEDED, None)


def test_items_are_counted_by_their_latest_state() -> None:
    told = [
        event("shouts", State.RUNNING, figures={"done": 0, "total": 4}),
        *(event("shouts", State.RUNNING, item) for item in range(3)),
        event("shouts", State.RUNNING, 0, figures={"done": 7}),
        event("shouts", State.SUCCEEDED, 0),
        event("shouts", State.FAILED, 1, error="item 1 is odd"),
        event("shouts", State.RUNNING, 1, attempt=2),
    ]
    drawn = node(told, "shouts")
    assert drawn.state is State.RUNNING
    assert drawn.items == {State.SUCCEEDED: 1, State.RUNNING: 2}
    assert drawn.figures == {"done": 0, "total": 4}
    assert (drawn.attempts, drawn.error) == (2, "item 1 is odd")


def test_events_of_other_steps_and_unknown_ones_change_nothing() -> None:
    assert graph(SPEAK, [event("gone", State.FAILED, error="no longer declared")]) == graph(SPEAK)
    assert node([event("line", State.RUNNING)]) == node([])

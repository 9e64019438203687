"""A pipeline, or a run of one, as nodes and edges: what the studio draws."""

from collections import defaultdict
from collections.abc import Iterable

from pydantic import Field

from shoppable.model.noun import Noun
from shoppable.model.run import State, StepEvent
from shoppable.pipelines.spec import Pipeline


class Node(Noun):
    """One step. `items` counts the states of a fan-out's items; it is empty for a plain step."""

    step: str
    machine: str
    over: str | None
    state: State = State.PENDING
    items: dict[State, int] = Field(default_factory=dict)
    attempts: int = 0
    error: str | None = None
    figures: dict[str, float | int | str | None] = Field(default_factory=dict)


class Edge(Noun):
    """A value that goes from one step to another; `source` is an input's name when no step gives it."""

    source: str
    target: str


class Graph(Noun):
    """Nodes in running order."""

    pipeline: str
    takes: tuple[str, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def graph(pipeline: Pipeline, events: Iterable[StepEvent] = ()) -> Graph:
    """The pipeline's graph; with a run's events, in order, each node also tells how it stands."""
    told: dict[str, list[StepEvent]] = defaultdict(list)
    for event in events:
        told[event.step].append(event)
    return Graph(
        pipeline=pipeline.name,
        takes=pipeline.takes,
        nodes=tuple(
            _node(Node(step=step.name, machine=step.machine, over=step.over), told[step.name])
            for step in pipeline.steps
        ),
        edges=tuple(Edge(source=need, target=step.name) for step in pipeline.steps for need in step.needs),
    )


def _node(blank: Node, events: list[StepEvent]) -> Node:
    """A node as its events leave it: the step's own state, and a count of its items' latest states."""
    items: dict[int, State] = {}
    state, attempts, error = State.PENDING, 0, None
    figures: dict[str, float | int | str | None] = {}
    for event in events:
        attempts = max(attempts, event.attempt)
        error = event.error if event.state is State.FAILED else error
        figures |= event.figures if event.item is None else {}
        if event.item is None:
            state = event.state
        else:
            items[event.item] = event.state
    counts = {each: list(items.values()).count(each) for each in set(items.values())}
    shown = None if state is State.SUCCEEDED else error
    return blank.model_copy(
        update={"state": state, "items": counts, "attempts": attempts, "error": shown, "figures": figures}
    )

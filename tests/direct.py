"""Runs a pipeline without an engine: step after step, here and now."""

from collections.abc import Mapping
from dataclasses import replace

from pydantic import JsonValue

from shoppable.pipelines.spec import Pipeline
from shoppable.ports import Ports, Scope


def run_directly(
    pipeline: Pipeline,
    ports: Ports,
    inputs: Mapping[str, JsonValue],
    *,
    times: int = 1,
    values: dict[str, JsonValue] | None = None,
) -> JsonValue:
    """The result of the pipeline's last step.

    Args:
        pipeline: What to run.
        ports: Given to every step, in the scope of its own.
        inputs: Of the pipeline.
        times: How often each step and item runs, which must give the same value every time.
        values: Kept up with the inputs and what steps gave; steps whose value it holds already are not run.
    """
    pipeline.check_inputs(inputs)
    values = {} if values is None else values
    values.update(inputs)
    for step in pipeline.steps:
        if step.name in values:
            continue
        given = [values[need] for need in step.needs]
        place = None if step.over is None else step.needs.index(step.over)
        items: list[JsonValue] = [None]
        if place is not None:
            many = given[place]
            assert isinstance(many, list)
            items = many
        results = []
        for number, item in enumerate(items):
            if place is not None:
                given[place] = item
            scope = Scope(ports.tenant, pipeline.run_id(inputs), step.name, None if place is None else number)
            outcomes = [step.call(replace(ports, scope=scope), tuple(given)) for _ in range(times)]
            assert all(outcome == outcomes[0] for outcome in outcomes), f"step {step.name} is not safe to repeat"
            results.append(outcomes[0])
        values[step.name] = results if place is not None else results[0]
    return values[pipeline.steps[-1].name]

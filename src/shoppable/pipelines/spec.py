"""Pipelines as values: declared once, checked when declared, projected onto engines, graphs and documents.

Edges are names: a step needs values by name and gives its own. A step is a plain function
`(ports, *values, **options) -> value`; its annotations say how the JSON between steps becomes its arguments.
"""

import hashlib
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, get_type_hints

from pydantic import JsonValue, TypeAdapter, ValidationError

from shoppable.errors import InvalidInput
from shoppable.ports import Ports


@dataclass(frozen=True)
class Retry:
    """When a step fails with an error that is `retryable`, it is tried again.

    Attributes:
        tries: How often in all, the first included.
        wait_s: Seconds before the second try.
        backoff: Factor from one wait to the next.
    """

    tries: int = 3
    wait_s: float = 1.0
    backoff: float = 2.0


@dataclass(frozen=True)
class Step:
    """One node of a pipeline.

    Attributes:
        name: Of the step and of the value it gives.
        run: The function that does it.
        needs: Names of the values it takes, in the order of its parameters after `ports`.
        over: The one of `needs` that is a list: the step runs once for each item and gives the list of results.
        options: Keyword arguments, fixed in the declaration.
        retry: What to do when it fails for a passing reason.
        machine: What sort of worker it wants: `any`, `media` or `vision`.
    """

    name: str
    run: Callable[..., Any]
    needs: tuple[str, ...] = ()
    over: str | None = None
    options: Mapping[str, JsonValue] = field(default_factory=lambda: MappingProxyType({}))
    retry: Retry = Retry()
    machine: str = "any"

    @cached_property
    def _parameters(self) -> tuple[TypeAdapter[Any], ...]:
        hints = get_type_hints(self.run)
        names = list(inspect.signature(self.run).parameters)[1 : 1 + len(self.needs)]
        return tuple(TypeAdapter(hints[name]) for name in names)

    @cached_property
    def _result(self) -> TypeAdapter[Any]:
        return TypeAdapter(get_type_hints(self.run)["return"])

    def call(self, ports: Ports, values: tuple[JsonValue, ...]) -> JsonValue:
        """Runs the step on JSON values and returns its result as JSON.

        Raises:
            InvalidInput: A value is not what the step's parameter is annotated with.
        """
        try:
            arguments = [kind.validate_python(value) for kind, value in zip(self._parameters, values, strict=True)]
        except ValidationError as error:
            raise InvalidInput(f"step {self.name} was given what it cannot read: {error.errors()[0]['msg']}") from error
        result = self.run(ports, *arguments, **self.options)
        dumped: JsonValue = self._result.dump_python(result, mode="json")
        return dumped

    def check(self) -> None:
        """`InvalidInput` when the function's parameters are not the step's needs."""
        parameters = list(inspect.signature(self.run).parameters.values())[1:]
        taken = [p.name for p in parameters if p.kind is not inspect.Parameter.KEYWORD_ONLY]
        if len(taken) != len(self.needs):
            raise InvalidInput(f"step {self.name}: {self.run.__name__} takes {taken}, but the step needs {self.needs}")
        unknown = set(self.options) - {p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY}
        if unknown:
            raise InvalidInput(f"step {self.name}: {self.run.__name__} has no option {sorted(unknown)}")


@dataclass(frozen=True)
class Pipeline:
    """Steps in an order in which they can run. Declaring one checks it.

    Attributes:
        name: Of the pipeline, as users and engines know it.
        takes: Names of its inputs.
        steps: Each needs inputs or values of steps before it; the last one gives the run's result.
    """

    name: str
    takes: tuple[str, ...]
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        if not self.steps:
            raise InvalidInput(f"pipeline {self.name} has no steps")
        known = set(self.takes)
        later = {step.name for step in self.steps}
        for step in self.steps:
            for need in step.needs:
                if need not in known:
                    why = "comes later or from itself (a cycle)" if need in later else "nobody gives"
                    raise InvalidInput(f"pipeline {self.name}: step {step.name} needs {need}, which {why}")
            if step.over is not None and step.over not in step.needs:
                raise InvalidInput(f"pipeline {self.name}: step {step.name} maps over {step.over}, no need of it")
            if step.name in known:
                raise InvalidInput(f"pipeline {self.name}: the value {step.name} is made twice")
            step.check()
            known.add(step.name)

    @cached_property
    def version(self) -> str:
        """Hash of the declaration: a run begun under another is not resumed under this one."""
        shape = [[step.name, step.run.__qualname__, step.needs, step.over, dict(step.options)] for step in self.steps]
        return hashlib.sha256(json.dumps([self.name, self.takes, shape]).encode()).hexdigest()[:12]

    def check_inputs(self, inputs: Mapping[str, JsonValue]) -> None:
        """`InvalidInput` when the inputs are not exactly those the pipeline takes."""
        if set(inputs) != set(self.takes):
            raise InvalidInput(f"pipeline {self.name} takes {sorted(self.takes)}, not {sorted(inputs)}")

    def run_id(self, inputs: Mapping[str, JsonValue]) -> str:
        """The id of the run over these inputs: the same input is the same run."""
        said = json.dumps([self.name, self.version, dict(inputs)], sort_keys=True)
        return f"{self.name}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"

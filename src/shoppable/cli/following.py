"""A run on the terminal: a bar for each step, read from the run's own events."""

import sys
import threading
import time
from dataclasses import dataclass, field

from pydantic import JsonValue
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeRemainingColumn

from shoppable.model.run import Run, State, StepEvent
from shoppable.model.time import clock
from shoppable.ports import Engine, Events

_EVERY_S = 0.2

console = Console(stderr=True, highlight=False)


@dataclass
class _StepBar:
    task: TaskID
    began: float
    items: dict[int | None, tuple[float, float]] = field(default_factory=dict)


def follow(engine: Engine, events: Events, run_id: str) -> JsonValue:
    """Shows a run until it ends, and returns its result.

    Raises:
        ShoppableError: The run failed or was cancelled; of the class the step raised.
    """
    before = max((number for number, _ in events.read(run_id)), default=0)
    ended: list[Run] = []
    failed: list[BaseException] = []

    def wait() -> None:
        try:
            ended.append(engine.wait(run_id))
        except BaseException as error:  # noqa: BLE001 - handed to the caller's thread
            failed.append(error)

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description:<12}"),
        BarColumn(bar_width=28),
        TextColumn("{task.fields[said]:<34}"),
        TimeRemainingColumn(compact=True),
        console=console,
        disable=not sys.stderr.isatty(),
    ) as progress:
        bars: dict[str, _StepBar] = {}
        while True:
            alive = waiting.is_alive()
            for number, event in events.read(run_id, after=before):
                before = number
                _show(progress, bars, event)
            if not alive:
                break
            waiting.join(_EVERY_S)
    if failed:
        raise failed[0]
    return ended[0].outcome()


def _show(progress: Progress, bars: dict[str, _StepBar], event: StepEvent) -> None:
    if event.step not in bars:
        task = progress.add_task(event.step, total=None, said="")
        bars[event.step] = _StepBar(task=task, began=time.monotonic())
    bar = bars[event.step]
    if event.state is State.SUCCEEDED and event.item is None:
        progress.update(bar.task, total=1, completed=1, said=_took(bar))
        if progress.disable:
            console.print(f"{event.step}: done in {_took(bar)}")
        return
    if event.state is State.FAILED and event.item is None:
        progress.update(bar.task, said="[red]failed")
        return
    total = event.figures.get("total")
    if total:
        bar.items[event.item] = (float(event.figures.get("done", 0)), float(total))
        done, whole = (sum(values) for values in zip(*bar.items.values(), strict=True))
        progress.update(bar.task, total=whole, completed=done, said=_speed(bar, event, done, whole))


def _took(bar: _StepBar) -> str:
    return f"{time.monotonic() - bar.began:.1f} s"


def _speed(bar: _StepBar, event: StepEvent, done: float, whole: float) -> str:
    """How far and how fast; video time counts in its own seconds."""
    passed = max(time.monotonic() - bar.began, 1e-3)
    if event.step == "seen":
        return f"{clock(int(done))} of {clock(int(whole))}, {done / 1000 / passed:.1f}x realtime"
    return f"{done:.0f} of {whole:.0f}, {done / passed:.0f}/s"

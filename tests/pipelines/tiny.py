"""Small pipelines of real functions that leave traces in a folder, and an engine to run them on."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shoppable.adapters.engine.dbos import DbosEngine
from shoppable.adapters.records.database import open_database
from shoppable.adapters.records.events import SqlEvents
from shoppable.adapters.records.sql import SqlRecords
from shoppable.errors import InvalidInput, Unavailable
from shoppable.pipelines.spec import Pipeline, Retry, Step
from shoppable.ports import Events, Ports, Progress, Records, Scope

TENANT = "tests"
TRACES = "traces.txt"


def trace(ports: Ports, folder: str) -> None:
    """The effect of a step: one line, written at once, that says which step or item it was."""
    item = "" if ports.scope.item is None else f"[{ports.scope.item}]"
    with (Path(folder) / TRACES).open("ab", buffering=0) as file:
        file.write(f"{ports.scope.step}{item}\n".encode())


def traces(folder: Path) -> Counter[str]:
    """How often each step and item had its effect."""
    path = folder / TRACES
    return Counter(path.read_text(encoding="utf-8").split()) if path.exists() else Counter()


def split(ports: Ports, folder: str, text: str) -> list[str]:
    trace(ports, folder)
    return text.split()


def shout(ports: Ports, folder: str, word: str) -> dict[str, str | int]:
    for letter in range(len(word)):
        ports.progress.at(letter + 1, len(word))
    trace(ports, folder)
    return {"word": word.upper(), "item": -1 if ports.scope.item is None else ports.scope.item}


def join(ports: Ports, folder: str, words: list[dict[str, str | int]]) -> str:
    trace(ports, folder)
    return " ".join(str(word["word"]) for word in words)


def measure(ports: Ports, folder: str, line: str, words: list[str]) -> dict[str, str | int]:
    trace(ports, folder)
    return {"line": line, "words": len(words)}


SPEAK = Pipeline(
    name="speak",
    takes=("folder", "text"),
    steps=(
        Step("words", split, needs=("folder", "text")),
        Step("shouts", shout, needs=("folder", "words"), over="words"),
        Step("line", join, needs=("folder", "shouts")),
        Step("measures", measure, needs=("folder", "line", "words")),
    ),
)


def stumble(ports: Ports, folder: str, failures: int) -> int:
    """Fails for a passing reason as often as it is told, counting by its traces."""
    trace(ports, folder)
    before = traces(Path(folder))["stumbles"]
    if before <= failures:
        raise Unavailable(f"the shop did not answer (time {before}): try again later")
    return before


def refuse(ports: Ports, folder: str, number: int) -> int:
    """Refuses odd numbers as long as there is no file `permit`."""
    trace(ports, folder)
    if number % 2 and not (Path(folder) / "permit").exists():
        raise InvalidInput(f"{number} is odd: give an even number")
    return number


def count_up(ports: Ports, folder: str, number: int) -> list[int]:
    trace(ports, folder)
    return list(range(number))


def break_down(ports: Ports, folder: str) -> int:
    trace(ports, folder)
    return {"known": 1}["unknown\nkey"]


def dawdle(ports: Ports, folder: str, number: int) -> int:
    """Works until there is a file `enough`, saying how far it is; its trace tells that it came to the end."""
    (Path(folder) / f"begun-{number}").touch()
    done = 0
    while not (Path(folder) / "enough").exists():
        done += 1
        ports.progress.at(done, rows=done * 2)
        time.sleep(0.001)
    trace(ports, folder)
    return number


def fill(ports: Ports, folder: str, size: int) -> str:
    trace(ports, folder)
    return "x" * size


def dawdle_or_refuse(ports: Ports, folder: str, number: int) -> int:
    """Dawdles; but number 0 refuses as soon as number 1 has begun."""
    while number == 0:
        if (Path(folder) / "begun-1").exists():
            raise InvalidInput("0 is nothing: give a number above it")
        time.sleep(0.001)
    return dawdle(ports, folder, number)


def hurry(ports: Ports, folder: str, number: int) -> int:
    """Says after each of `number` things, of which there are many a millisecond, how far it is."""
    for done in range(1, number + 1):
        ports.progress.at(done, rows=done * 2)
    return number


def be_deaf(ports: Ports, folder: str) -> str:
    """Works until there is a file `enough` and never says how far it is."""
    (Path(folder) / "begun-deaf").touch()
    while not (Path(folder) / "enough").exists():
        time.sleep(0.001)
    return "done"


def overlap(ports: Ports, folder: str, number: int) -> int:
    """Tells how many items ran at the same time as this one, itself included."""
    mark = Path(folder) / f"busy-{number}"
    mark.touch()
    seen = 1
    for _ in range(20):
        seen = max(seen, len(list(Path(folder).glob("busy-*"))))
        time.sleep(0.002)
    mark.unlink()
    return seen


STUMBLE = Pipeline(
    name="stumble",
    takes=("folder", "failures"),
    steps=(Step("stumbles", stumble, needs=("folder", "failures"), retry=Retry(tries=3, wait_s=0.01)),),
)
REFUSE = Pipeline(
    name="refuse",
    takes=("folder", "number"),
    steps=(
        Step("numbers", count_up, needs=("folder", "number")),
        Step("evens", refuse, needs=("folder", "numbers"), over="numbers", retry=Retry(tries=3, wait_s=0.01)),
    ),
)
BREAK = Pipeline(name="break", takes=("folder",), steps=(Step("broken", break_down, needs=("folder",)),))
DAWDLE = Pipeline(
    name="dawdle",
    takes=("folder", "number"),
    steps=(
        Step("slow", dawdle, needs=("folder", "number")),
        Step("after", dawdle, needs=("folder", "slow")),
    ),
)
DAWDLE_EACH = Pipeline(
    name="dawdle-each",
    takes=("folder", "numbers"),
    steps=(Step("each", dawdle, needs=("folder", "numbers"), over="numbers"),),
)
DAWDLE_OR_REFUSE = Pipeline(
    name="dawdle-or-refuse",
    takes=("folder", "numbers"),
    steps=(Step("each", dawdle_or_refuse, needs=("folder", "numbers"), over="numbers"),),
)
FILL = Pipeline(
    name="fill",
    takes=("folder", "size"),
    steps=(Step("first", fill, needs=("folder", "size")), Step("second", fill, needs=("folder", "size"))),
)
HURRY = Pipeline(name="hurry", takes=("folder", "number"), steps=(Step("hurried", hurry, needs=("folder", "number")),))
DEAF = Pipeline(name="deaf", takes=("folder",), steps=(Step("deaf", be_deaf, needs=("folder",)),))
OVERLAP = Pipeline(
    name="overlap",
    takes=("folder", "numbers"),
    steps=(Step("seen", overlap, needs=("folder", "numbers"), over="numbers"),),
)
ALL = (SPEAK, STUMBLE, REFUSE, BREAK, DAWDLE, DAWDLE_EACH, DAWDLE_OR_REFUSE, FILL, HURRY, DEAF, OVERLAP)


def make_ports(scope: Scope, progress: Progress) -> Ports:
    """Ports of which only the scope and the progress are there: these steps use nothing else."""
    none: Any = None
    return Ports(
        scope=scope,
        blobs=none,
        records=none,
        vectors=none,
        media=none,
        shots=none,
        localizer=none,
        segmenter=none,
        embedder=none,
        verifier=none,
        progress=progress,
        fetcher=none,
    )


@contextmanager
def store(home: Path) -> Iterator[tuple[Records, Events]]:
    """The records and events of a data folder."""
    database = open_database(home / "records.sqlite")
    try:
        yield SqlRecords(database), SqlEvents(database)
    finally:
        database.dispose()


@contextmanager
def engine(
    home: Path, records: Records, events: Events, pipelines: Sequence[Pipeline] = ALL, **options: Any
) -> Iterator[DbosEngine]:
    """An engine on the data folder `home`, closed at the end of the `with`."""
    running = DbosEngine(
        home / "engine.sqlite", pipelines, make_ports, events=events, records=records, tenant=TENANT, **options
    )
    try:
        yield running
    finally:
        running.close()

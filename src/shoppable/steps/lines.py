"""Many nouns in one blob, one to a line as JSON: what steps hand on when it is too much for a value."""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from shoppable.model.noun import Noun
from shoppable.ports import Ports

N = TypeVar("N", bound=Noun)


def write_lines(ports: Ports, name: str, nouns: Iterable[Noun]) -> str:
    """Writes the nouns under the step's own key and returns it; memory stays flat."""
    key = ports.scope.work_key(name)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="\n") as file:
        for noun in nouns:
            file.write(noun.model_dump_json() + "\n")
        file.flush()
        ports.blobs.put(key, Path(file.name))
    return key


def read_lines(ports: Ports, key: str, noun: type[N]) -> Iterator[N]:
    """The nouns that `write_lines` wrote, in their order."""
    with ports.blobs.local(key) as path, path.open("rb") as file:
        for line in file:
            yield noun.model_validate_json(line)

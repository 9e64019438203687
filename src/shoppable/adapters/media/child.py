"""The decoding process: `python -m shoppable.adapters.media.child REQUEST`. See docs/decisions/0009.

It is handed an open file and a pipe, takes away from itself what decoding does not need, and only then loads FFmpeg.
What the job makes, its warnings and its error go through the pipe.
"""

import json
import logging
import os
import sys
import traceback
from typing import Any

from shoppable.adapters.media import wire
from shoppable.adapters.media.limits import confine
from shoppable.adapters.media.requests import Limits
from shoppable.adapters.media.seccomp import forbid
from shoppable.errors import ShoppableError

log = logging.getLogger(__name__)


class _ToParent(logging.Handler):
    """Log records as messages: the parent writes them into its own log."""

    def __init__(self, speaker: wire.Speaker) -> None:
        super().__init__()
        self._speaker = speaker

    def emit(self, record: logging.LogRecord) -> None:
        said = {"logger": record.name, "level": record.levelno, "text": record.getMessage()}
        self._speaker.say(wire.LOGGED, said)


def main(asked: dict[str, Any]) -> None:
    """Does one job and ends.

    Args:
        asked: `file` and `pipe`, the descriptors to read from and to write to; the `name` to call the file by; the
            process id of the `parent`; `limits`; the `job`, and its `request`.
    """
    speaker, limits = wire.Speaker(int(asked["pipe"])), Limits(**asked["limits"])
    confine(limits, int(asked["parent"]))
    unfiltered = forbid(writing=not limits.file_bytes, deadly=limits.deadly)
    logging.basicConfig(level=asked["log_level"], handlers=[_ToParent(speaker)])
    try:
        if unfiltered:
            log.info("%s is decoded without a filter of system calls: %s", asked["name"], unfiltered)
        from shoppable.adapters.media import jobs  # loads FFmpeg: not before the limits hold

        alive = jobs.Pulse(lambda: speaker.say(wire.ALIVE))
        with os.fdopen(int(asked["file"]), "rb") as handle:
            for said in jobs.run(asked["job"], asked["request"], asked["name"], handle, alive):
                speaker.say(wire.SAID, said.head, said.raw)
        speaker.say(wire.DONE)
    except BrokenPipeError:
        os._exit(0)
    except ShoppableError as error:
        speaker.say(wire.FAILED, {"kind": type(error).__name__, "text": str(error)})
    except MemoryError:
        speaker.say(wire.FAILED, {"kind": "MemoryError", "text": ""})
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent is to hear it
        out_of_memory = isinstance(error, OSError) and error.errno == 12
        kind = "MemoryError" if out_of_memory else "Unforeseen"
        text = f"{type(error).__name__}: {error}"
        speaker.say(wire.FAILED, {"kind": kind, "text": text, "trace": traceback.format_exc()})
    # Nothing is worth tidying up, and threads of a decoder that is stuck must not keep the process.
    os._exit(0)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))

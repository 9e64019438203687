"""Damaged films by the thousand: whatever is in a file, looking at it ends soon, in frames or in one line.

    python -m bench.hostile --count 2000

Ten films in different containers and codecs are damaged in different ways, probed and scanned: see `tests/damaged.py`.
All figures but those of the first three lines must be 0.
"""

import argparse
import logging
import tempfile
from pathlib import Path

from tests.damaged import LIMITS, TOO_LONG_S, trial


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--at-once", type=int, default=2)
    asked = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        findings = trial(Path(folder), asked.count, asked.at_once)
    print(f"read {findings.read}, {findings.empty} of them without a frame; refused {findings.refused}")
    print(f"slowest {findings.slowest_s:.1f} s")
    print(f"most memory of one process {findings.memory_mb} MB")
    print(f"past the limit of {TOO_LONG_S:g} s: {len(findings.too_long)}")
    print(f"over the memory cap: {int(findings.memory_mb << 20 > LIMITS.memory_bytes)}")
    print(f"network, processes, files tried: {len(findings.forbidden_calls)}")
    print(f"files made: {len(findings.files_made)}")
    print(f"untyped errors: {len(findings.untyped)}, of more than one line: {len(findings.not_one_line)}")
    for line, times in findings.why.most_common(25):
        print(f"  {times:5} {line}")
    if findings.failures:
        raise SystemExit("\n".join(findings.failures[:50]))


if __name__ == "__main__":
    main()

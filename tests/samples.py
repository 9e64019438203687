"""The samples folder: real nets, catalogs and videos, too large and of too many owners to lie in the repository."""

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).parents[2] / "shared"


def samples(*parts: str) -> Path:
    """A file or folder of the samples: in `$SHOPPABLE_SAMPLES`, else in `shared` beside the repository.

    Skips the test that asks when it is not there; fails it where `CI=true`, so that no proof is lost unseen.
    """
    path = Path(os.environ.get("SHOPPABLE_SAMPLES") or _BESIDE).joinpath(*parts)
    if not path.exists():
        said = f"no {path}: name the folder with the samples in SHOPPABLE_SAMPLES"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(said)
    return path

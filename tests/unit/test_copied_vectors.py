"""Small catalogs are read without LanceDB, and never as they were before."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from shoppable.adapters.vectors.copied import CopiedVectors
from shoppable.adapters.vectors.lance import LanceVectors
from shoppable.errors import InvalidInput
from shoppable.model.arrays import VectorRows
from shoppable.model.space import Channel, Space
from shoppable.ports import IndexName

DIMENSION = 4
COPY = Path("default", "luma.rows.npz")

READER = """
import sys
from pathlib import Path
import numpy as np
from shoppable.adapters.vectors.copied import CopiedVectors
from shoppable.model.space import Channel, Space
from shoppable.ports import IndexName

vectors = CopiedVectors(Path(sys.argv[1]))
index = IndexName("default", "luma", Space(pack="lite", version=1, channels=(Channel(name="all", dimension=4),)))
[hits] = vectors.search(index, np.ones((1, 4), np.float32), 1)
print(hits[0].product_id, vectors.count(index), "lancedb" in sys.modules)
"""


def index(version: int = 1) -> IndexName:
    space = Space(pack="lite", version=version, channels=(Channel(name="all", dimension=DIMENSION),))
    return IndexName("default", "luma", space)


def rows(**lengths: float) -> VectorRows:
    """Products whose pictures are as like `ONE` as they are long."""
    vectors = np.asarray(list(lengths.values()), np.float32)[:, None] * np.ones(DIMENSION, np.float32)
    return VectorRows(list(lengths), [f"picture-{name}" for name in lengths], vectors.astype(np.float32))


ONE = np.ones((1, DIMENSION), np.float32)


def best(vectors: CopiedVectors) -> str:
    return vectors.search(index(), ONE, 1)[0][0].product_id


def read_elsewhere(folder: Path) -> str:
    told = subprocess.run([sys.executable, "-c", READER, str(folder)], capture_output=True, text=True, check=True)
    return told.stdout.strip()


@pytest.fixture
def written(tmp_path: Path) -> Path:
    vectors = CopiedVectors(tmp_path)
    vectors.upsert(index(), rows(a=1, b=2))
    vectors.optimize(index())
    assert (tmp_path / COPY).is_file()
    return tmp_path


def test_another_process_reads_without_loading_lancedb(written: Path) -> None:
    assert read_elsewhere(written) == "b 2 False"


def test_what_was_written_since_is_read_though_nobody_renewed_the_copy(written: Path) -> None:
    before = (written / COPY).read_bytes()
    LanceVectors(written).upsert(index(), rows(c=3))
    assert (written / COPY).read_bytes() == before
    assert read_elsewhere(written) == "c 3 True"
    assert read_elsewhere(written) == "c 3 False"  # the reader before renewed the copy
    LanceVectors(written).delete(index(), ["c"])
    assert best(CopiedVectors(written)) == "b"


def test_a_table_made_anew_is_not_taken_for_the_one_before(written: Path) -> None:
    copy = (written / COPY).read_bytes()
    other = LanceVectors(written)
    other.drop("default", "luma")
    other.upsert(index(), rows(d=1, e=2))
    other.optimize(index())
    assert (written / COPY).read_bytes() == copy
    assert best(CopiedVectors(written)) == "e"


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 half a copy"])
def test_a_damaged_copy_is_passed_over_and_made_anew(written: Path, damage: bytes) -> None:
    (written / COPY).write_bytes(damage)
    assert best(CopiedVectors(written)) == "b"
    assert read_elsewhere(written) == "b 2 False"


def test_a_folder_copied_without_its_times_is_read_all_the_same(
    written: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    moved = tmp_path_factory.mktemp("moved") / "vectors"
    shutil.copytree(written, moved, copy_function=shutil.copyfile)
    assert best(CopiedVectors(moved)) == "b"


def test_dropping_an_index_takes_its_copy_along(written: Path) -> None:
    vectors = CopiedVectors(written)
    vectors.drop("default", "luma")
    assert not (written / COPY).exists()
    assert vectors.count(index()) == 0
    assert vectors.search(index(), ONE, 1) == [[]]


def test_a_copy_of_another_space_is_refused(written: Path) -> None:
    with pytest.raises(InvalidInput, match="lite@1"):
        CopiedVectors(written).search(index(2), ONE, 1)

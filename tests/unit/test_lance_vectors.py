"""Vectors in LanceDB beyond what fits in memory, after a kill, and on a full disk."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from shoppable.adapters.vectors.exact import EXACT_ROWS
from shoppable.adapters.vectors.lance import LanceVectors
from shoppable.errors import InvalidInput
from shoppable.model.arrays import Floats, VectorRows
from shoppable.model.space import Channel, Space
from shoppable.ports import IndexName

DIMENSION = 32
INDEX = IndexName(
    "default", "luma", Space(pack="lite", version=1, channels=(Channel(name="all", dimension=DIMENSION),))
)


def unit(vectors: Floats) -> Floats:
    normed: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return normed


class Shop:
    """Pictures in overlapping clusters: a style has products, a product has five pictures."""

    def __init__(self, products: int) -> None:
        self._random = np.random.default_rng(7)
        styles = unit(self._random.standard_normal((300, DIMENSION), dtype=np.float32))
        self.products = self._near(styles[self._random.integers(0, 300, products)], 0.8)
        self.vectors = self._near(np.repeat(self.products, 5, axis=0), 0.5)

    def seen(self, count: int) -> Floats:
        """What frames show of some products."""
        return self._near(self.products[self._random.integers(0, len(self.products), count)], 0.6)

    def rows(self, start: int, end: int) -> VectorRows:
        numbers = range(start, end)
        return VectorRows(
            [f"p{number // 5}" for number in numbers],
            [f"{number:064x}" for number in numbers],
            self.vectors[start:end],
        )

    def _near(self, centres: Floats, noise: float) -> Floats:
        """Unit vectors around others; `noise` is the length of what is added."""
        around = self._random.standard_normal(centres.shape, dtype=np.float32) / np.float32(DIMENSION**0.5)
        return unit(centres + np.float32(noise) * around)


def recall(vectors: LanceVectors, shop: Shop, queries: Floats) -> float:
    """Share of the ten truly nearest pictures that search finds."""
    nearest = np.argpartition(-(queries @ shop.vectors.T), 10, axis=1)[:, :10]
    found = vectors.search(INDEX, queries, 10)
    hits = [{int(hit.picture_id, 16) for hit in each} for each in found]
    return float(np.mean([len(each & set(right)) / 10 for each, right in zip(hits, nearest.tolist(), strict=True)]))


def test_a_large_catalog_is_searched_by_ivf(tmp_path: Path) -> None:
    shop = Shop(12_000)
    total = len(shop.vectors)
    assert total > EXACT_ROWS
    vectors = LanceVectors(tmp_path)
    for start in range(0, total, 20_000):
        vectors.upsert(INDEX, shop.rows(start, start + 20_000))
    queries = shop.seen(100)
    assert recall(vectors, shop, queries) == 1  # not yet optimized: rows are compared one by one
    vectors.optimize(INDEX)
    assert list(tmp_path.rglob("*.idx"))
    assert recall(vectors, shop, queries) >= 0.99
    similarity = vectors.search(INDEX, queries[:1], 1)[0][0].similarity
    assert similarity == pytest.approx(float((shop.vectors @ queries[0]).max()), abs=1e-5)

    shop.vectors[:600] = shop.seen(600)  # a few new pictures are found before the index is trained on them
    vectors.upsert(INDEX, shop.rows(0, 600))
    vectors.optimize(INDEX)
    assert recall(vectors, shop, shop.vectors[:50]) >= 0.99
    shop.vectors[600:20_000] = shop.seen(19_400)
    vectors.upsert(INDEX, shop.rows(600, 20_000))
    vectors.optimize(INDEX)
    assert recall(vectors, shop, queries) >= 0.99
    assert vectors.count(INDEX) == total

    names: list[tuple[str, str]] = []
    for block in vectors.rows(INDEX):
        names += zip(block.product_ids, block.picture_ids, strict=True)
        places = [int(picture_id, 16) for picture_id in block.picture_ids]
        np.testing.assert_array_equal(block.vectors, shop.vectors[places])
    assert len(names) == total
    assert names == sorted(set(names))

    vectors.delete(INDEX, [f"p{number}" for number in range(11_000)])
    vectors.optimize(INDEX)
    assert vectors.count(INDEX) == 5000
    assert not list(tmp_path.rglob("*.idx"))
    [hits] = vectors.search(INDEX, queries[:1], 6000)
    assert len(hits) == 5000


def test_more_can_be_asked_for_than_the_nearest_partitions_hold(tmp_path: Path) -> None:
    shop = Shop(500)
    vectors = LanceVectors(tmp_path, train_beyond=1000)
    vectors.upsert(INDEX, shop.rows(0, 2500))
    vectors.optimize(INDEX)
    assert [len(hits) for hits in vectors.search(INDEX, shop.seen(3), 2400)] == [2400] * 3
    assert [len(hits) for hits in vectors.search(INDEX, shop.seen(3), 9999)] == [2500] * 3


WRITER = """
import sys
import numpy as np
from pathlib import Path
from shoppable.adapters.vectors.lance import LanceVectors
from shoppable.errors import Unavailable
from shoppable.model.arrays import VectorRows
from shoppable.model.space import Channel, Space
from shoppable.ports import IndexName

size = int(sys.argv[2])
space = Space(pack="lite", version=1, channels=(Channel(name="all", dimension=32),))
vectors, index = LanceVectors(Path(sys.argv[1])), IndexName("default", "luma", space)
try:
    for batch in range(1, 100_000):
        ids = [str(batch)] * size, [str(number) for number in range(size)]
        vectors.upsert(index, VectorRows(*ids, np.full((size, 32), batch, np.float32)))
        print(batch, flush=True)
except Unavailable as error:
    print(error)
print(vectors.count(index), len(vectors.search(index, np.ones((1, 32), np.float32), 10**6)[0]))
"""


def test_a_killed_writer_leaves_whole_batches(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path), "40"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        for _ in range(12):
            writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
        told = int([b"12", *writer.stdout.read().splitlines()][-1])
    vectors = LanceVectors(tmp_path)
    written = vectors.count(INDEX) // 40
    assert written in (told, told + 1)
    found = {
        (product_id, picture_id): vector.tobytes()
        for block in vectors.rows(INDEX)
        for product_id, picture_id, vector in zip(block.product_ids, block.picture_ids, block.vectors, strict=True)
    }
    assert found == {
        (str(batch), str(number)): np.full(32, batch, np.float32).tobytes()
        for batch in range(1, written + 1)
        for number in range(40)
    }
    vectors.optimize(INDEX)
    vectors.upsert(INDEX, VectorRows(["new"], ["1"], np.zeros((1, 32), np.float32)))
    assert vectors.count(INDEX) == written * 40 + 1


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    (tmp_path / "write.py").write_text(WRITER, encoding="utf-8")
    own_mounts = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    try:
        subprocess.run([*own_mounts, f"mount -t tmpfs none '{disk}'"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this machine lets nobody mount a small disk")
    script = (
        f"mount -t tmpfs -o size=4m none '{disk}' && '{sys.executable}' '{tmp_path}/write.py' '{disk}/vectors' 5000"
    )
    said = subprocess.run([*own_mounts, script], check=True, capture_output=True, text=True).stdout.splitlines()
    *batches, told, left = said
    assert told == (
        f"the index of catalog luma cannot be written: no room left in {disk}/vectors: "
        "free some space and run the same command again"
    )
    assert len(batches) > 1
    assert left == f"{len(batches) * 5000} {len(batches) * 5000}"


def test_a_table_of_another_program_is_left_alone(tmp_path: Path) -> None:
    import lancedb

    lancedb.connect(tmp_path / "default").create_table("luma", [{"text": "mine"}])
    with pytest.raises(InvalidInput, match="the table of catalog luma is another program's: use another folder"):
        LanceVectors(tmp_path).count(INDEX)

"""What every index of vectors promises. A new adapter is a new entry in INDEXES."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from shoppable.adapters.vectors.copied import CopiedVectors
from shoppable.adapters.vectors.lance import LanceVectors
from shoppable.errors import InvalidInput
from shoppable.model.arrays import Floats, Hit, VectorRows
from shoppable.model.space import Channel, Space
from shoppable.ports import IndexName, VectorIndex

Open = Callable[[Path], VectorIndex]


def in_memory(folder: Path) -> VectorIndex:
    """All rows are compared in memory."""
    return CopiedVectors(folder)


def on_disk(folder: Path) -> VectorIndex:
    """LanceDB itself searches, however few the rows."""
    return LanceVectors(folder, train_beyond=0)


def too_large(folder: Path) -> VectorIndex:
    """What holds small catalogs in memory hands on what is larger."""
    return CopiedVectors(folder, small_rows=0)


INDEXES: list[Open] = [in_memory, on_disk, too_large]
DIMENSION = 16


@pytest.fixture(params=INDEXES)
def open_index(request: pytest.FixtureRequest) -> Open:
    made: Open = request.param
    return made


@pytest.fixture
def vectors(open_index: Open, tmp_path: Path) -> VectorIndex:
    return open_index(tmp_path / "vectors")


def space(name: str = "lite@1", dimension: int = DIMENSION) -> Space:
    pack, _, version = name.partition("@")
    return Space(pack=pack, version=int(version), channels=(Channel(name="all", dimension=dimension),))


def index(catalog: str = "luma", tenant: str = "default", **of: int | str) -> IndexName:
    return IndexName(tenant, catalog, space(str(of.get("name", "lite@1")), int(of.get("dimension", DIMENSION))))


def random_vectors(count: int, dimension: int = DIMENSION, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).standard_normal((count, dimension), dtype=np.float32)


def shuffled(count: int, dimension: int = DIMENSION, seed: int = 0) -> VectorRows:
    """Rows of products with three pictures each, in no order."""
    order = np.random.default_rng(seed).permutation(count)
    return VectorRows(
        product_ids=[f"p{number // 3}" for number in order],
        picture_ids=[f"{number:064x}" for number in order],
        vectors=random_vectors(count, dimension, seed),
    )


def row(product_id: str, picture_id: str, vector: Sequence[float]) -> VectorRows:
    padded = np.zeros((1, DIMENSION), np.float32)
    padded[0, : len(vector)] = vector
    return VectorRows([product_id], [picture_id], padded)


def part(rows: VectorRows, places: slice) -> VectorRows:
    return VectorRows(rows.product_ids[places], rows.picture_ids[places], rows.vectors[places])


def query(*values: float) -> Floats:
    return row("", "", values).vectors


def ids(hits: list[Hit]) -> list[tuple[str, str]]:
    return [(hit.product_id, hit.picture_id) for hit in hits]


def contents(vectors: VectorIndex, of: IndexName) -> dict[tuple[str, str], bytes]:
    """Every row of an index; fails when one comes twice or out of order."""
    found: list[tuple[tuple[str, str], bytes]] = []
    for block in vectors.rows(of):
        assert block.vectors.dtype == np.float32
        names = zip(block.product_ids, block.picture_ids, strict=True)
        found += [(name, vector.tobytes()) for name, vector in zip(names, block.vectors, strict=True)]
    assert [name for name, _ in found] == sorted({name for name, _ in found})
    return dict(found)


def as_contents(rows: VectorRows) -> dict[tuple[str, str], bytes]:
    names = zip(rows.product_ids, rows.picture_ids, strict=True)
    return {name: vector.tobytes() for name, vector in zip(names, rows.vectors, strict=True)}


def best_by_hand(rows: VectorRows, queries: Floats, k: int) -> list[list[Hit]]:
    names = list(zip(rows.product_ids, rows.picture_ids, strict=True))
    scores = queries.astype(np.float64) @ rows.vectors.astype(np.float64).T
    found = []
    for line in scores:
        best = sorted(range(len(names)), key=lambda at: (-line[at], names[at]))[:k]
        found.append([Hit(*names[at], float(line[at])) for at in best])
    return found


def assert_same_hits(found: list[list[Hit]], expected: list[list[Hit]]) -> None:
    assert [ids(hits) for hits in found] == [ids(hits) for hits in expected]
    for hits, right in zip(found, expected, strict=True):
        assert [hit.similarity for hit in hits] == pytest.approx([hit.similarity for hit in right], abs=1e-4)


def test_an_index_never_written_is_empty(vectors: VectorIndex) -> None:
    assert vectors.count(index()) == 0
    assert vectors.search(index(), random_vectors(3), 5) == [[], [], []]
    assert list(vectors.rows(index())) == []
    vectors.delete(index(), ["p"])
    vectors.optimize(index())
    vectors.drop("default", "luma")
    vectors.upsert(index(), shuffled(0))
    assert vectors.count(index()) == 0
    assert vectors.search(index(), random_vectors(2), 5) == [[], []]
    assert list(vectors.rows(index())) == []
    vectors.optimize(index())


def test_similarity_is_the_inner_product_best_first(vectors: VectorIndex) -> None:
    for product_id, vector in [("far", (-2, 0)), ("long", (3, 4)), ("near", (1, 0)), ("across", (0, 1))]:
        vectors.upsert(index(), row(product_id, "1", vector))
    [hits] = vectors.search(index(), query(2, 0.5), 10)
    assert [(hit.product_id, hit.similarity) for hit in hits] == [
        ("long", 8.0),
        ("near", 2.0),
        ("across", 0.5),
        ("far", -4.0),
    ]


@pytest.mark.parametrize("k", [1, 7, 50, 400])
def test_search_finds_what_a_plain_scan_would(vectors: VectorIndex, k: int) -> None:
    rows = shuffled(500)
    vectors.upsert(index(), part(rows, slice(0, 300)))
    vectors.upsert(index(), part(rows, slice(300, 500)))
    queries = random_vectors(20, seed=1) * 3
    assert_same_hits(vectors.search(index(), queries, k), best_by_hand(rows, queries, k))


def test_a_query_gets_the_same_answer_alone_as_among_others(vectors: VectorIndex) -> None:
    vectors.upsert(index(), shuffled(900))
    queries = random_vectors(600, seed=1)
    together = vectors.search(index(), queries, 5)
    assert len(together) == len(queries)
    alone = [vectors.search(index(), queries[at : at + 1], 5)[0] for at in range(0, 600, 60)]
    assert_same_hits(alone, together[::60])
    assert vectors.search(index(), queries[:0], 5) == []


def test_equal_rows_are_ordered_by_product_and_picture(vectors: VectorIndex) -> None:
    names = [("b", "2"), ("a", "9"), ("b", "10"), ("a", "1"), ("Z", "5"), ("é", "0")]
    for name in names:
        vectors.upsert(index(), row(*name, (1, 1)))
    vectors.upsert(index(), row("worse", "1", (0.5, 1)))
    for k in range(1, 7):
        [hits] = vectors.search(index(), query(1, 1), k)
        assert ids(hits) == sorted(names)[:k]


def test_fewer_come_when_there_are_fewer(vectors: VectorIndex) -> None:
    vectors.upsert(index(), shuffled(7))
    assert [len(hits) for hits in vectors.search(index(), random_vectors(3), 100)] == [7, 7, 7]
    vectors.optimize(index())
    assert [len(hits) for hits in vectors.search(index(), random_vectors(3), 100)] == [7, 7, 7]
    assert vectors.search(index(), random_vectors(2), 0) == [[], []]


def test_upsert_replaces_by_product_and_picture(vectors: VectorIndex) -> None:
    vectors.upsert(index(), row("a", "1", (1,)))
    vectors.upsert(index(), row("a", "2", (2,)))
    vectors.upsert(index(), row("b", "1", (3,)))
    vectors.upsert(index(), row("a", "1", (9,)))
    assert vectors.count(index()) == 3
    [hits] = vectors.search(index(), query(1), 5)
    assert [(*ids([hit])[0], hit.similarity) for hit in hits] == [("a", "1", 9.0), ("b", "1", 3.0), ("a", "2", 2.0)]


def test_the_last_of_equal_rows_in_one_call_stays(vectors: VectorIndex) -> None:
    twice = VectorRows(["a", "b", "a"], ["1", "1", "1"], np.concatenate([query(1), query(2), query(3)]))
    vectors.upsert(index(), twice)
    vectors.upsert(index(), twice)
    [hits] = vectors.search(index(), query(1), 5)
    assert [(hit.product_id, hit.similarity) for hit in hits] == [("a", 3.0), ("b", 2.0)]


ODD = ["it's", "''", "'", '"', "\\", "\\'", "a'); --", "%", "a_b", "a%b", " ", "ü 日本 🎬", "x\ny", "None", "1"]


def test_delete_removes_all_pictures_of_a_product(vectors: VectorIndex) -> None:
    products = [*ODD, "aab", "a", "2"]
    twice = [name for name in products for _ in range(2)]
    rows = VectorRows(twice, [str(number) for number in range(len(twice))], random_vectors(len(twice)))
    vectors.upsert(index(), rows)
    for number, product_id in enumerate(ODD, 1):
        vectors.delete(index(), [product_id, "not there"])
        kept = products[number:]
        assert sorted({name for name, _ in contents(vectors, index())}) == sorted(kept)
        assert {hit.product_id for hit in vectors.search(index(), random_vectors(1), 99)[0]} == set(kept)
    vectors.delete(index(), [])
    vectors.delete(index(), products)
    assert vectors.count(index()) == 0


def test_delete_takes_many(vectors: VectorIndex) -> None:
    rows = shuffled(3000)
    vectors.upsert(index(), rows)
    vectors.delete(index(), [f"p{number}" for number in range(1, 5000)])
    assert {name for name, _ in contents(vectors, index())} == {"p0"}
    assert vectors.count(index()) == 3


def test_rows_come_once_in_blocks_by_product_and_picture(vectors: VectorIndex) -> None:
    rows = shuffled(9000)
    for start in range(0, 9000, 3000):
        vectors.upsert(index(), part(rows, slice(start, start + 3000)))
    vectors.upsert(index(), part(rows, slice(100, 200)))
    assert contents(vectors, index()) == as_contents(rows)
    assert max(len(block) for block in vectors.rows(index())) <= 5000
    vectors.optimize(index())
    assert contents(vectors, index()) == as_contents(rows)


def test_vectors_of_another_space_are_refused(vectors: VectorIndex) -> None:
    vectors.upsert(index(), shuffled(3))
    line = (
        r"^catalog luma was indexed with lite@1, this is classic@1: "
        r"choose --pack lite, or index again with `shoppable ingest \.\.\. --rebuild`$"
    )
    calls: list[Callable[[IndexName], object]] = [
        lambda other: vectors.upsert(other, shuffled(3)),
        lambda other: vectors.upsert(other, shuffled(0)),
        lambda other: vectors.delete(other, ["p0"]),
        lambda other: vectors.delete(other, []),
        lambda other: vectors.search(other, random_vectors(1), 5),
        lambda other: list(vectors.rows(other)),
        vectors.count,
        vectors.optimize,
    ]
    for call in calls:
        with pytest.raises(InvalidInput, match=line):
            call(index(name="classic@1"))
        with pytest.raises(InvalidInput, match=r"was indexed with lite@1, this is lite@2"):
            call(index(name="lite@2"))
    with pytest.raises(InvalidInput, match=r"with lite@1 in 16 dimensions, this one has 8: index again"):
        vectors.upsert(index(dimension=8), shuffled(3, 8))
    assert vectors.count(index()) == 3


def test_a_dropped_index_may_begin_in_another_space(vectors: VectorIndex) -> None:
    vectors.upsert(index(), row("a", "1", (1,)))
    assert vectors.search(index(), query(1), 1)[0][0].product_id == "a"
    vectors.drop("default", "luma")
    assert vectors.count(index()) == 0
    vectors.upsert(index(name="classic@1"), row("b", "1", (1,)))
    assert vectors.search(index(name="classic@1"), query(1), 1)[0][0].product_id == "b"
    vectors.drop("default", "luma")
    vectors.upsert(index(), row("c", "1", (1,)))
    assert vectors.search(index(), query(1), 1)[0][0].product_id == "c"


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_only_finite_vectors_are_taken(vectors: VectorIndex, bad: float) -> None:
    with pytest.raises(InvalidInput, match="not all finite"):
        vectors.upsert(index(), row("a", "1", (bad,)))
    vectors.upsert(index(), row("a", "1", (1,)))
    with pytest.raises(InvalidInput, match="not all finite"):
        vectors.search(index(), query(bad), 1)
    assert vectors.count(index()) == 1


def test_vectors_of_another_shape_are_refused(vectors: VectorIndex) -> None:
    with pytest.raises(InvalidInput, match=r"vectors of space lite@1 are \(n, 16\), not \(3, 8\)"):
        vectors.upsert(index(), shuffled(3, 8))
    with pytest.raises(InvalidInput, match=r"are \(n, 16\), not \(16,\)"):
        vectors.search(index(), query(1)[0], 1)
    assert vectors.count(index()) == 0


def test_catalogs_and_tenants_do_not_mix(vectors: VectorIndex) -> None:
    names = [
        *(("a", "b.c"), ("a.b", "c"), ("a", "b"), ("a-b", "c"), ("b", "a"), ("a", "b.lance")),
        *(("1", "23"), ("12", "3")),
    ]
    for number, (tenant, catalog) in enumerate(names, 1):
        vectors.upsert(index(catalog, tenant), row("p", "1", (number,)))
    for number, (tenant, catalog) in enumerate(names, 1):
        [[hit]] = vectors.search(index(catalog, tenant), query(1), 5)
        assert hit.similarity == number
    vectors.drop("a", "b")
    assert [vectors.count(index(catalog, tenant)) for tenant, catalog in names] == [1, 1, 0] + [1] * 5


@pytest.mark.parametrize("name", ["", ".", "..", "../a", "a/b", ".hidden", "a b", "a\0", "ü"])
def test_a_name_that_is_no_name_is_refused(vectors: VectorIndex, name: str) -> None:
    with pytest.raises(InvalidInput, match="is no tenant's name"):
        vectors.upsert(index(tenant=name), shuffled(1))
    with pytest.raises(InvalidInput, match="is no catalog's name"):
        vectors.count(index(name))
    with pytest.raises(InvalidInput, match="is no catalog's name"):
        vectors.drop("default", name)


def test_opened_again_it_is_the_same(open_index: Open, tmp_path: Path) -> None:
    rows = shuffled(200)
    queries = random_vectors(5, seed=1)
    first = open_index(tmp_path)
    first.upsert(index(), rows)
    before = first.search(index(), queries, 10)
    again = open_index(tmp_path)
    assert again.search(index(), queries, 10) == before
    assert contents(again, index()) == as_contents(rows)


def test_what_another_wrote_is_seen(open_index: Open, tmp_path: Path) -> None:
    reader, writer = open_index(tmp_path), open_index(tmp_path)
    for number in range(1, 4):
        writer.upsert(index(), row("a", "1", (number,)))
        assert reader.search(index(), query(1), 1)[0][0].similarity == number
    writer.drop("default", "luma")
    assert reader.count(index()) == 0
    for number in range(4, 7):
        writer.upsert(index(), row("a", "1", (number,)))
    assert reader.search(index(), query(1), 1)[0][0].similarity == 6
    assert [block.vectors[0, 0] for block in reader.rows(index())] == [6]


def test_a_reader_is_not_disturbed_by_a_writer_that_tidies_up(open_index: Open, tmp_path: Path) -> None:
    reader, writer = open_index(tmp_path), open_index(tmp_path)
    rows = shuffled(300)
    writer.upsert(index(), rows)
    queries = random_vectors(4, seed=1)
    right = [
        {(hit.product_id, hit.picture_id): hit.similarity for hit in hits} for hits in best_by_hand(rows, queries, 300)
    ]
    done = threading.Event()

    def work() -> None:
        try:
            for _ in range(8):
                writer.upsert(index(), part(rows, slice(0, 150)))
                writer.optimize(index())
        finally:
            done.set()

    thread = threading.Thread(target=work)
    thread.start()
    while not done.is_set():
        found = reader.search(index(), queries, 3)
        assert [len(hits) for hits in found] == [3] * 4
        for hits, similarity_of in zip(found, right, strict=True):
            expected = [similarity_of[hit.product_id, hit.picture_id] for hit in hits]
            assert [hit.similarity for hit in hits] == pytest.approx(expected, abs=1e-4)
        assert reader.count(index()) == 300
    thread.join()


def test_many_may_write_at_once(vectors: VectorIndex) -> None:
    rows = shuffled(600)
    vectors.upsert(index(), part(rows, slice(0, 10)))

    def write(start: int) -> None:
        for at in range(start, start + 150, 50):
            vectors.upsert(index(), part(rows, slice(at, at + 50)))

    threads = [threading.Thread(target=write, args=(start,)) for start in range(0, 600, 150)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert contents(vectors, index()) == as_contents(rows)


def test_indexing_again_and_again_fills_no_disk(vectors: VectorIndex, tmp_path: Path) -> None:
    rows = shuffled(2000)
    sizes = []
    for _ in range(5):
        for start in range(0, 2000, 500):
            vectors.upsert(index(), part(rows, slice(start, start + 500)))
        vectors.optimize(index())
        sizes.append(sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()))
    assert sizes[-1] < 1.2 * sizes[1]
    assert contents(vectors, index()) == as_contents(rows)

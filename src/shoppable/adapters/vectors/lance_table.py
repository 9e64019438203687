"""One table of LanceDB as a catalog's index: its columns, what it says of itself, and how it is read and asked."""

from collections.abc import Iterator
from math import isqrt
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute

from shoppable.adapters.vectors.exact import ExactRows
from shoppable.errors import InvalidInput
from shoppable.model.arrays import Floats, Hit, VectorRows
from shoppable.model.space import Space
from shoppable.ports import IndexName

IDS = ["product_id", "picture_id"]
_SPACE, _DIMENSION = b"shoppable.space", b"shoppable.dimension"
_BATCH_ROWS = 1024
_ITERATIONS = 10
_SAMPLES = 64
_SHARE_PROBED = 3
_ALL = 0


def schema_of(space: Space) -> pa.Schema:
    """Columns and notes of a new table for vectors of this space."""
    notes = {
        _SPACE: space.name.encode(),
        _DIMENSION: str(space.dimension).encode(),
    }
    return _columns(space.dimension).with_metadata(notes)


def check_space(table: Any, index: IndexName) -> None:
    """`InvalidInput` when the table holds vectors of another space than the index asks for."""
    notes = table.schema.metadata or {}
    name, dimension = notes.get(_SPACE, b"").decode(), notes.get(_DIMENSION, b"").decode()
    if not name:
        raise InvalidInput(f"the table of catalog {index.catalog} is another program's: use another folder")
    again = "index again with `shoppable ingest ... --rebuild`"
    if name != index.space.name:
        raise InvalidInput(
            f"catalog {index.catalog} was indexed with {name}, this is {index.space.name}: "
            f"choose --pack {name.rpartition('@')[0]}, or {again}"
        )
    if dimension != str(index.space.dimension):
        raise InvalidInput(
            f"catalog {index.catalog} was indexed with {name} in {dimension} dimensions, "
            f"this one has {index.space.dimension}: {again}"
        )


def batch_of(rows: VectorRows) -> pa.Table:
    """Rows as a table takes them; of several with the same product and picture the last."""
    last = {ids: place for place, ids in enumerate(zip(rows.product_ids, rows.picture_ids, strict=True))}
    places = list(last.values())
    dimension = rows.vectors.shape[1]
    values = pa.array(np.ascontiguousarray(rows.vectors[places], np.float32).ravel())
    columns = [
        pa.array([rows.product_ids[place] for place in places], pa.string()),
        pa.array([rows.picture_ids[place] for place in places], pa.string()),
        pa.FixedSizeListArray.from_arrays(values, dimension),
    ]
    return pa.table(columns, schema=_columns(dimension))


def load(table: Any, rows: int, dimension: int) -> ExactRows:
    """All `rows` of the table, in little more memory than their vectors take."""
    vectors = np.empty((rows, dimension), np.float32)
    ids: list[pa.Table] = []
    start = 0
    for batch in table.search().select([*IDS, "vector"]).to_batches(_BATCH_ROWS):
        vectors[start : start + batch.num_rows] = _matrix(batch.column("vector"), dimension)
        ids.append(pa.Table.from_batches([batch.select(IDS)]))
        start += batch.num_rows
    named = pa.concat_tables(ids)
    held = VectorRows(
        product_ids=named.column("product_id").to_pylist(),
        picture_ids=named.column("picture_id").to_pylist(),
        vectors=vectors,
    )
    return ExactRows(held, _order(named))


def in_blocks(table: Any, size: int) -> Iterator[VectorRows]:
    """All rows by product and picture, `size` at a time; only their ids are held."""
    named = table.search().select(IDS).with_row_id(True).to_arrow()
    row_ids = named.column("_rowid").to_numpy()[_order(named)]
    for start in range(0, len(row_ids), size):
        wanted = row_ids[start : start + size]
        taken = table.take_row_ids(wanted.tolist()).select([*IDS, "vector"]).with_row_id().to_arrow()
        given = taken.column("_rowid").to_numpy()  # in an order of its own
        block = taken.take(np.argsort(given)[np.searchsorted(np.sort(given), wanted)]).combine_chunks()
        column = block.column("vector")
        yield VectorRows(
            product_ids=block.column("product_id").to_pylist(),
            picture_ids=block.column("picture_id").to_pylist(),
            vectors=_matrix(column.combine_chunks(), column.type.list_size),
        )


def ask(table: Any, queries: Floats, k: int, rows: int) -> list[list[Hit]]:
    """The `k` best rows as the table finds them: by its IVF index, and one by one where that does not reach.

    A third of the partitions is looked into: in data of overlapping clusters that finds 99 of 100 neighbours.
    """
    wanted, probes = min(2 * k, rows), _partitions(rows) // _SHARE_PROBED + 1
    while True:
        found = _answered(table, queries, wanted, probes)
        short = any(len(hits) < wanted for hits in found)
        cut = any(len(hits) > k and hits[k - 1].similarity == hits[-1].similarity for hits in found)
        if short and probes != _ALL:
            probes = _ALL
        elif cut and wanted < rows:
            wanted = min(4 * wanted, rows)  # equal rows go on where the answer ends: the table chose among them, not we
        else:
            return [hits[:k] for hits in found]


def _answered(table: Any, queries: Floats, wanted: int, probes: int) -> list[list[Hit]]:
    """Hits of each query in so many partitions, best first, equal ones by product and picture."""
    asked = table.search(queries).distance_type("dot").limit(wanted).select([*IDS, "_distance"])
    answer = asked.minimum_nprobes(probes or 1).maximum_nprobes(probes).to_arrow()
    found: list[list[Hit]] = [[] for _ in queries]
    places = answer.column("query_index").to_pylist() if len(queries) > 1 else [0] * answer.num_rows
    similarities = 1 - answer.column("_distance").to_numpy()
    ids = (answer.column(name).to_pylist() for name in IDS)
    for place, product_id, picture_id, similarity in zip(places, *ids, similarities.tolist(), strict=True):
        found[place].append(Hit(product_id, picture_id, similarity))
    return [sorted(hits, key=lambda hit: (-hit.similarity, hit.product_id, hit.picture_id)) for hits in found]


def train(table: Any, rows: int) -> None:
    """Builds the IVF index over all rows."""
    from lancedb.index import IvfFlat

    config = IvfFlat(
        distance_type="dot",
        num_partitions=_partitions(rows),
        max_iterations=_ITERATIONS,
        sample_rate=_SAMPLES,
    )
    table.create_index("vector", config=config)


def _partitions(rows: int) -> int:
    return max(1, isqrt(rows))


def _columns(dimension: int) -> pa.Schema:
    return pa.schema(
        [
            pa.field("product_id", pa.string(), nullable=False),
            pa.field("picture_id", pa.string(), nullable=False),
            pa.field("vector", pa.list_(pa.float32(), dimension), nullable=False),
        ]
    )


def _order(named: pa.Table) -> NDArray[np.int64]:
    """Places of the rows by product and picture."""
    keys = [(name, "ascending") for name in IDS]
    order: NDArray[np.int64] = compute.sort_indices(named, sort_keys=keys).to_numpy().astype(np.int64)
    return order


def _matrix(column: Any, dimension: int) -> Floats:
    """A column of vectors as (n, d) float32."""
    matrix: Floats = column.flatten().to_numpy().reshape(-1, dimension)
    return matrix

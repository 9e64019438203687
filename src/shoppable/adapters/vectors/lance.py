"""Vectors in LanceDB: a folder a tenant, a table a catalog."""

import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from shoppable.adapters.vectors.checks import check_name, check_vectors
from shoppable.adapters.vectors.exact import EXACT_ROWS, ExactRows
from shoppable.adapters.vectors.lance_table import (
    IDS,
    ask,
    batch_of,
    check_space,
    in_blocks,
    load,
    schema_of,
    train,
)
from shoppable.errors import Unavailable
from shoppable.model.arrays import Floats, Hit, VectorRows
from shoppable.ports import IndexName

T = TypeVar("T")

BLOCK_ROWS = 4096

_QUERIES_AT_ONCE = 256
_UNINDEXED_SHARE = 50
_READS = 3
_RUST_SOURCE = re.compile(r",? ?/\S*\.rs:\d+(?::\d+)?")
_NO_ROOM = re.compile(r"(?:os error|Errno) (?:27|28|122)\b")  # EFBIG, ENOSPC, EDQUOT


class LanceVectors:
    """Vectors of catalogs in LanceDB.

    Other processes may read and write the same folder: every call works on what is newest.

    Args:
        folder: Where; made when something is first written or asked for.
        train_beyond: With more rows than this, an IVF index is trained; with fewer, each row is compared.
    """

    def __init__(self, folder: Path, *, train_beyond: int = EXACT_ROWS) -> None:
        self._folder = folder
        self._train_beyond = train_beyond
        self._lock = threading.Lock()
        self._tenants: dict[str, Any] = {}

    def upsert(self, index: IndexName, rows: VectorRows) -> None:
        """Writes rows, replacing those with the same product and picture: all of a call, or none.

        Raises:
            InvalidInput: The index is of another space, or a vector is not of this one or not finite.
        """
        check_vectors(rows.vectors, index)
        with self._told(index.catalog, "written"):
            table = self._table(index)
            if table is None:  # an empty table is false
                table = self._make(index)
            if len(rows) == 0:
                return
            table.merge_insert(IDS).when_matched_update_all().when_not_matched_insert_all().execute(batch_of(rows))

    def delete(self, index: IndexName, product_ids: Sequence[str]) -> None:
        with self._told(index.catalog, "written"):
            table = self._table(index)
            if table is not None and product_ids:
                quoted = ", ".join("'" + product_id.replace("'", "''") + "'" for product_id in product_ids)
                table.delete(f"product_id IN ({quoted})")

    def search(self, index: IndexName, queries: Floats, k: int) -> list[list[Hit]]:
        """The `k` best rows for each query of the (n, d) array, best first, equal ones by product and picture.

        Raises:
            InvalidInput: The index is of another space, or a query is not of this one or not finite.
        """
        check_vectors(queries, index)

        def find(table: Any) -> list[list[Hit]]:
            rows = 0 if table is None else table.count_rows()
            if rows == 0 or k < 1:
                return [[] for _ in queries]
            found: list[list[Hit]] = []
            for start in range(0, len(queries), _QUERIES_AT_ONCE):
                found += ask(table, queries[start : start + _QUERIES_AT_ONCE], k, rows)
            return found

        return self._read(index, find)

    def rows(self, index: IndexName) -> Iterator[VectorRows]:
        """All rows by product and picture, some thousands at a time, as they were when the first block was asked for.

        Raises:
            InvalidInput: The index is of another space.
            Unavailable: Another process tidied the index up meanwhile.
        """

        def begin(table: Any) -> Iterator[VectorRows]:
            rows = 0 if table is None else table.count_rows()
            return in_blocks(table, BLOCK_ROWS) if rows else iter(())

        blocks = self._read(index, begin)
        with self._told(index.catalog, "read"):
            yield from blocks

    def all_rows(self, index: IndexName, most: int) -> ExactRows | None:
        """All rows, to be compared in memory; None when there are none, or more than `most`.

        Raises:
            InvalidInput: The index is of another space.
        """

        def read(table: Any) -> ExactRows | None:
            rows = 0 if table is None else table.count_rows()
            return load(table, rows, index.space.dimension) if 0 < rows <= most else None

        return self._read(index, read)

    def count(self, index: IndexName) -> int:
        return self._read(index, lambda table: 0 if table is None else int(table.count_rows()))

    def optimize(self, index: IndexName) -> None:
        """Puts the rows together in few files, drops old versions, and trains the IVF index anew when it is due.

        Rows that the IVF index does not hold are compared one by one, so that it may lag behind a little.
        """
        with self._told(index.catalog, "tidied up"):
            table = self._table(index)
            if table is None:
                return
            rows = table.count_rows()
            indexes = [each.name for each in table.list_indices()]
            if rows > self._train_beyond and indexes:
                unindexed = table.index_stats(indexes[0]).num_unindexed_rows
                if unindexed * _UNINDEXED_SHARE <= rows:
                    return
            for name in indexes:  # compaction would fold the new rows into few, huge partitions
                table.drop_index(name)
            table.optimize(cleanup_older_than=timedelta(milliseconds=1))
            if rows > self._train_beyond:
                train(table, rows)

    def drop(self, tenant: str, catalog: str) -> None:
        with self._told(catalog, "removed"):
            if self._open(tenant, catalog) is not None:
                self._tenant(tenant).drop_table(catalog)

    def _tenant(self, tenant: str) -> Any:
        """The connection to a tenant's folder."""
        check_name(tenant, "tenant")
        with self._lock:
            if tenant not in self._tenants:
                self._tenants[tenant] = _vendor().connect(self._folder / tenant)
            return self._tenants[tenant]

    def _open(self, tenant: str, catalog: str) -> Any:
        """The catalog's table as it is now, or None."""
        check_name(catalog, "catalog")
        try:
            return self._tenant(tenant).open_table(catalog)
        except ValueError as error:
            if "was not found" in str(error):
                return None
            raise

    def _table(self, index: IndexName) -> Any:
        """The index's table, or None; `InvalidInput` when it is of another space."""
        table = self._open(index.tenant, index.catalog)
        if table is not None:
            check_space(table, index)
        return table

    def _make(self, index: IndexName) -> Any:
        table = self._tenant(index.tenant).create_table(index.catalog, schema=schema_of(index.space), exist_ok=True)
        check_space(table, index)
        return table

    def _read(self, index: IndexName, work: Callable[[Any], T]) -> T:
        """Does `work` on the table as it is now; again when another process removed the files under its feet."""
        left = _READS
        while True:
            left -= 1
            with self._told(index.catalog, "read"):
                try:
                    return work(self._table(index))
                except RuntimeError as error:
                    if "Not found" not in str(error) or not left:
                        raise

    @contextmanager
    def _told(self, catalog: str, doing: str) -> Iterator[None]:
        """Turns what goes wrong inside into one line of ours."""
        try:
            yield
        except (OSError, RuntimeError, ValueError) as error:
            why = _RUST_SOURCE.sub("", str(error).partition("\n")[0])
            if _NO_ROOM.search(why):
                why = f"no room left in {self._folder}: free some space and run the same command again"
            else:
                why = f"{why}; if that stays, index again with `shoppable ingest ... --rebuild`"
            raise Unavailable(f"the index of catalog {catalog} cannot be {doing}: {why}") from error


def _vendor() -> Any:
    """LanceDB, imported when it is first needed: that takes seconds."""
    os.environ.setdefault("LANCEDB_LOG", "error")  # it warns of clusters that need nobody's attention
    import lancedb

    return lancedb

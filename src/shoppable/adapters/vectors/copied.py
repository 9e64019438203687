"""Small indexes, read from a plain copy: LanceDB takes more than a second to load, and a film needs it for nothing.

Beside the table of each small catalog lies a copy of its rows, with what the table's folder of versions looked like
when they were read. Every write to a table adds a file to that folder, so a copy is used only as long as it is true,
whoever wrote.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from shoppable.adapters.vectors.checks import check_name, check_vectors
from shoppable.adapters.vectors.exact import EXACT_ROWS, ExactRows
from shoppable.model.arrays import Floats, Hit, VectorRows, packed, unpacked
from shoppable.ports import IndexName

if TYPE_CHECKING:
    from shoppable.adapters.vectors.lance import LanceVectors

BLOCK_ROWS = 4096

_MEMORY_BYTES = 1 << 30


class CopiedVectors:
    """Vectors of catalogs in LanceDB; the rows of small catalogs are held in memory and compared one by one.

    Other processes may read and write the same folder: every call works on what is newest.

    Args:
        folder: Where; made when something is first written or asked for.
        small_rows: Up to so many rows.
    """

    def __init__(self, folder: Path, *, small_rows: int = EXACT_ROWS) -> None:
        self._folder = folder
        self._small_rows = small_rows
        self._lock = threading.Lock()
        self._held: OrderedDict[tuple[str, str], tuple[str, ExactRows]] = OrderedDict()

    def upsert(self, index: IndexName, rows: VectorRows) -> None:
        """Writes rows, replacing those with the same product and picture: all of a call, or none. `InvalidInput`."""
        self._lance.upsert(index, rows)

    def delete(self, index: IndexName, product_ids: Sequence[str]) -> None:
        """Removes all rows of these products."""
        self._lance.delete(index, product_ids)

    def search(self, index: IndexName, queries: Floats, k: int) -> list[list[Hit]]:
        """The `k` best rows for each query of the (n, d) array, best first, equal ones by product and picture.

        Raises:
            InvalidInput: The index is of another space, or a query is not of this one or not finite.
        """
        check_vectors(queries, index)
        small = self._small(index)
        return self._lance.search(index, queries, k) if small is None else small.search(queries, k)

    def rows(self, index: IndexName) -> Iterator[VectorRows]:
        """All rows by product and picture, some thousands at a time. `InvalidInput`, `Unavailable`."""
        small = self._small(index)
        return self._lance.rows(index) if small is None else small.blocks(BLOCK_ROWS)

    def count(self, index: IndexName) -> int:
        """Rows in the index."""
        small = self._small(index)
        return self._lance.count(index) if small is None else len(small.rows)

    def optimize(self, index: IndexName) -> None:
        """Tidies the table up, and copies its rows when they are few."""
        self._lance.optimize(index)
        self._small(index)

    def drop(self, tenant: str, catalog: str) -> None:
        """Removes a catalog's index and its copy."""
        self._lance.drop(tenant, catalog)
        self._copy(tenant, catalog).unlink(missing_ok=True)
        with self._lock:
            self._held.pop((tenant, catalog), None)

    @cached_property
    def _lance(self) -> "LanceVectors":
        from shoppable.adapters.vectors.lance import LanceVectors

        return LanceVectors(self._folder, train_beyond=self._small_rows)

    def _small(self, index: IndexName) -> ExactRows | None:
        """All rows of an index as they are now; None when there are many, or none."""
        place, state = (index.tenant, index.catalog), self._state(index)
        if state is None:
            return None
        with self._lock:
            held = self._held.get(place)
        if held is None or held[0] != state:
            rows = self._read_copy(index, state) or self._lance.all_rows(index, self._small_rows)
            if rows is None:
                return None
            self._write_copy(index, state, rows)
            held = state, rows
        with self._lock:
            self._held[place] = held
            self._held.move_to_end(place)
            while len(self._held) > 1 and sum(kept.nbytes for _, kept in self._held.values()) > _MEMORY_BYTES:
                self._held.popitem(last=False)
        return held[1]

    def _copy(self, tenant: str, catalog: str) -> Path:
        return self._folder / check_name(tenant, "tenant") / f"{check_name(catalog, 'catalog')}.rows.npz"

    def _state(self, index: IndexName) -> str | None:
        """What tells this table, in this space, from itself after any write; None where there is none."""
        table = self._copy(index.tenant, index.catalog).with_name(f"{index.catalog}.lance")
        try:
            with os.scandir(table / "_versions") as entries:
                files = [(each.name, each.stat()) for each in entries if each.name.endswith(".manifest")]
        except OSError:
            return None
        told = [f"{name} {stat.st_size} {stat.st_mtime_ns} {stat.st_ino}" for name, stat in sorted(files)]
        return "\n".join([index.space.name, str(index.space.dimension), *told]) if told else None

    def _read_copy(self, index: IndexName, state: str) -> ExactRows | None:
        try:
            arrays = unpacked(self._copy(index.tenant, index.catalog).read_bytes())
            if str(arrays["state"]) != state:
                return None
        except (OSError, EOFError, ValueError, KeyError, BadZipFile):  # not there, or damaged
            return None
        rows = VectorRows(arrays["product_ids"].tolist(), arrays["picture_ids"].tolist(), arrays["vectors"])
        return ExactRows(rows, arrays["order"])

    def _write_copy(self, index: IndexName, state: str, rows: ExactRows) -> None:
        """Keeps a copy, where there is room for one."""
        path = self._copy(index.tenant, index.catalog)
        part = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
        data = packed(
            state=np.asarray(state),
            product_ids=np.asarray(rows.rows.product_ids, np.str_),
            picture_ids=np.asarray(rows.rows.picture_ids, np.str_),
            vectors=rows.rows.vectors,
            order=rows.order,
        )
        with suppress(OSError):
            part.write_bytes(data)
            part.replace(path)
        with suppress(OSError):
            part.unlink(missing_ok=True)

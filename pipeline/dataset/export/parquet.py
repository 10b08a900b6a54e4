"""The manifest as one Parquet table, with the split as a column."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline.dataset.export.errors import need
from pipeline.dataset.export.index import Item, items
from pipeline.dataset.export.rights import MASKED, with_rights
from pipeline.dataset.export.table import COLUMNS, NUMBERS
from pipeline.dataset.export.task import Counts, Task
from pipeline.dataset.metadata import NOTE

INDEX = "index.parquet"
GROUP = 10_000  # rows of one row group; all that is in memory


def write_parquet(task: Task) -> Counts:
    """``index.parquet``: a row a sample; ``image`` and ``labels`` are paths inside the data set."""
    return {"rows": write_index(task, task.out / INDEX)}


def write_index(task: Task, path: Path) -> int:
    """Write the table; returns its rows. Raises ExportError without pyarrow."""
    need("pyarrow")
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = (*COLUMNS, "split", "file_name", "image", "labels")
    schema = pa.schema(
        [(name, pa.int32() if name in NUMBERS else pa.string()) for name in names],
        metadata={"synthetic": NOTE},
    )
    written = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as file:
        for group in _groups(items(task.index)):
            rows = [_cells(item, names) for item in group]
            file.write_table(pa.Table.from_pylist(rows, schema=schema), row_group_size=GROUP)
            written += len(rows)
    return written


def _cells(item: Item, names: tuple[str, ...]) -> dict[str, Any]:
    row = with_rights(item.row, MASKED)
    row |= {"split": item.split or None, "file_name": f"{row['sample_id']}.png"}
    return {name: row.get(name) for name in names}


def _groups(samples: Iterator[Item]) -> Iterator[list[Item]]:
    while group := list(islice(samples, GROUP)):
        yield group

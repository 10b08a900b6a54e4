"""Shards of WebDataset: plain tar files in which a sample's files stand together."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator

from pipeline.dataset.export.index import Item, items
from pipeline.dataset.export.pictures import label_png, masked_photo
from pipeline.dataset.export.rights import MASKED, with_rights
from pipeline.dataset.export.task import Counts, Task, label_file
from pipeline.dataset.read import labels

SHARD_SAMPLES, SHARD_BYTES = 10_000, 1 << 30
"""A shard is closed when it holds so much."""
PICTURES = ("matte", "shadow", "parts", "extent", "masked_112", "unmasked_112")


def write_webdataset(task: Task) -> Counts:
    """``<split>-000000.tar`` (``samples-...`` without splits): of each sample its files by its key.

    ``.png`` the masked photo, ``.cls`` the number of the identity in its split, ``.json`` its row of the
    manifest and its labels, ``.matte.png`` and the like the labels that are pictures. The order is
    drawn by the seed, so that neighbours are not of one person;
    the same choice gives the same bytes.
    """
    open_shards: dict[str, _Shard] = {}
    made = {"shards": 0, "samples": 0}
    try:
        for item in items(task.index, shuffled=True):
            name = item.split or "samples"
            shard = open_shards.get(name)
            if shard is None or shard.full():
                number = 0 if shard is None else shard.number + 1
                if shard is not None:
                    shard.file.close()
                shard = open_shards[name] = _Shard(task, name, number)
                made["shards"] += 1
            shard.add(str(item.row["sample_id"]), _files(task, item))
            made["samples"] += 1
    finally:
        for shard in open_shards.values():
            shard.file.close()
    return made


class _Shard:
    """A tar file that is being written."""

    def __init__(self, task: Task, name: str, number: int) -> None:
        self.number = number
        self.samples = self.bytes = 0
        self.file = tarfile.open(task.out / f"{name}-{number:06d}.tar", "w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115

    def full(self) -> bool:
        return self.samples >= SHARD_SAMPLES or self.bytes >= SHARD_BYTES

    def add(self, key: str, files: Iterator[tuple[str, bytes]]) -> None:
        for ending, data in files:
            member = tarfile.TarInfo(f"{key}.{ending}")  # by default of nobody, at the beginning of time
            member.size = len(data)
            self.file.addfile(member, io.BytesIO(data))
            self.bytes += len(data)
        self.samples += 1


def _files(task: Task, item: Item) -> Iterator[tuple[str, bytes]]:
    row = item.row
    said = with_rights(row, MASKED) | {"split": item.split or None, "labels": labels(task.data_set, row)}
    yield "png", masked_photo(task, row)
    yield "cls", str(item.number).encode()
    yield "json", json.dumps(said, ensure_ascii=False, sort_keys=True).encode()
    for name in PICTURES:
        if label_file(task, row, f"{name}.png").exists():
            yield f"{name}.png", label_png(task, row, f"{name}.png")

"""Croissant: the data set described in a way that machines load it by (MLCommons, version 1.0, with RAI)."""

from __future__ import annotations

import json
from typing import Any

from pipeline.dataset.export.errors import need
from pipeline.dataset.export.facts import Facts, collect_facts
from pipeline.dataset.export.index import items
from pipeline.dataset.export.parquet import INDEX, write_index
from pipeline.dataset.export.pictures import masked_photo, save
from pipeline.dataset.export.rights import NOT_STATED
from pipeline.dataset.export.statements import (
    how_annotated,
    how_collected,
    how_manipulated,
    how_personal,
    known_limits,
    what_it_is,
)
from pipeline.dataset.export.table import COLUMNS, NUMBERS
from pipeline.dataset.export.task import Counts, Task
from pipeline.files import sha256_of

_RAI = "http://mlcommons.org/croissant/RAI/1.0"


def write_croissant(task: Task) -> Counts:
    """``croissant.json``, ``index.parquet`` and ``images/<identity>/<sample>.png``.

    Statements are those that the run knows; what only the maker of the data set could say is left out.
    Raises ExportError without mlcroissant or pyarrow.
    """
    need("mlcroissant", "pyarrow")
    written = write_index(task, task.out / INDEX)
    for item in items(task.index):
        save(task.out / str(item.row["image"]), masked_photo(task, item.row))
    description = _describe(collect_facts(task), sha256_of(task.out / INDEX))
    text = json.dumps(description, indent=1, ensure_ascii=False) + "\n"
    (task.out / "croissant.json").write_text(text, encoding="utf-8")
    return {"images": written}


def _describe(facts: Facts, index_sha256: str) -> Any:
    import mlcroissant as mlc

    text, number = mlc.DataType.TEXT, mlc.DataType.INTEGER
    fields = [
        mlc.Field(
            id=f"samples/{name}",
            name=name,
            data_types=number if name in NUMBERS else text,
            source=mlc.Source(file_object=INDEX, extract=mlc.Extract(column=name)),
        )
        for name in (*COLUMNS, "split")
    ]
    file_name = mlc.Field(
        id="samples/file_name",
        name="file_name",
        data_types=text,
        source=mlc.Source(file_object=INDEX, extract=mlc.Extract(column="file_name")),
        references=mlc.Source(
            file_set="images", extract=mlc.Extract(file_property=mlc.FileProperty.filename)
        ),
    )
    image = mlc.Field(
        id="samples/image",
        name="image",
        data_types=mlc.DataType.IMAGE_OBJECT,
        source=mlc.Source(file_set="images", extract=mlc.Extract(file_property=mlc.FileProperty.content)),
    )
    stated = [name for name in facts.licences if name != NOT_STATED]
    metadata = mlc.Metadata(
        name=facts.name,
        description=what_it_is(facts),
        license=stated or None,
        conforms_to=["http://mlcommons.org/croissant/1.0", _RAI],
        distribution=[
            mlc.FileObject(
                id=INDEX,
                name=INDEX,
                description="A row a sample, with source, licence and consent.",
                content_url=INDEX,
                encoding_formats=["application/x-parquet"],
                sha256=index_sha256,
            ),
            mlc.FileSet(
                id="images",
                name="images",
                description="The masked photographs.",
                encoding_formats=["image/png"],
                includes=["images/*/*.png"],
            ),
        ],
        record_sets=[
            mlc.RecordSet(
                id="samples",
                name="samples",
                description="The masked photographs with what is known of them.",
                fields=[*fields, file_name, image],
            )
        ],
        data_collection=how_collected(facts),
        data_manipulation_protocol=how_manipulated(facts),
        data_annotation_protocol=[how_annotated()],
        data_limitations=known_limits(facts),
        personal_sensitive_information=[how_personal(facts)],
    )
    return metadata.to_json()

"""Save a design to the library, list what is there, read a design back from its asset."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np

from .. import job
from ..connection import ask, known
from ..mask import own_picture
from ..mask.config import name_in_job
from ..mask.document import parsed
from ..mask.properties import PICTURE, take
from . import asset, kept_object
from .properties import folder_of


class MASKDRAPE_OT_refresh_library(bpy.types.Operator):
    """List the designs of the library's folder"""

    bl_idname = "maskdrape.refresh_library"
    bl_label = "Refresh"

    def execute(self, context):
        return refresh(context)


def refresh(context: bpy.types.Context) -> set[str]:
    folder = folder_of(context.scene.maskdrape.library)
    if not any(folder.glob("*.yaml")):
        context.scene.maskdrape.library.designs.clear()
        return {"FINISHED"} if known.said() else known.ask_hello(context)
    request = {"do": "hello", "config": {"masks": {"library": str(folder)}}}
    return ask(context, request, _list, "Reading the library", undo=False)


def _list(context: bpy.types.Context, result: dict) -> None:
    library = context.scene.maskdrape.library
    library.designs.clear()
    for one in result["designs"]:
        if not one["built_in"]:
            line = library.designs.add()
            for key in ("name", "title", "licence", "author", "kind"):
                setattr(line, key, one[key])
    known_lines = known.missing() if known.said() else []
    library.problems = "\n".join(line for line in result["missing"] if line not in known_lines)
    if not known.said():
        known.ask_hello(context)


class MASKDRAPE_OT_save_design(bpy.types.Operator):
    """Save the design of the panel Mask to the library: as YAML, and as an asset"""

    bl_idname = "maskdrape.save_design"
    bl_label = "Save Design"

    @classmethod
    def poll(cls, context):
        return bool(context.scene.maskdrape.mask.document)

    def execute(self, context):
        bench = context.scene.maskdrape
        library = bench.library
        wrong = _what_lacks(library)
        if wrong:
            bench.task.error, bench.task.report = wrong, ""
            self.report({"WARNING"}, wrong)
            return {"CANCELLED"}
        document, pictures = _to_save(context.scene)
        folder, name = folder_of(library), library.save_name.strip()

        def saved(context, result):
            for file, data in pictures.items():
                job.write_whole(folder / "prints" / file, data)
            context.scene.maskdrape.library.overwrite = False
            _shape_then_write(context, folder, name, document)

        request = {"do": "save_design", "library": str(folder), "name": name, "document": document}
        return ask(context, {**request, "config": {}}, saved, f"Saving {name}", undo=False)


def _what_lacks(library: bpy.types.PropertyGroup) -> str:
    """One plain sentence; empty where the design can be saved."""
    for field, words in (
        ("save_name", "The design needs a name of its own."),
        ("author", "The design needs its author's name: who may be asked about it?"),
        ("licence", "The design needs a licence, as CC0-1.0 or CC-BY-4.0: what may others do with it?"),
    ):
        if not getattr(library, field).strip():
            return words
    name = library.save_name.strip()
    there = [
        path.name for path in (_file(library, name, ".yaml"), _file(library, name, ".blend")) if path.exists()
    ]
    if there and not library.overwrite:
        return f"There is {there[0]} already: give another name, or tick Overwrite."
    return ""


def _file(library, name: str, ending: str) -> Path:
    return folder_of(library) / f"{name}{ending}"


def _to_save(scene: bpy.types.Scene) -> tuple[dict, dict[str, bytes]]:
    """The document with what the panel Library says of it, and the pictures that it prints, by name."""
    mask, library = scene.maskdrape.mask, scene.maskdrape.library
    document = dict(parsed(mask.document))
    document.update(author=library.author.strip(), licence=library.licence.strip())
    if library.title.strip():
        document["title"] = library.title.strip()
    pictures = {}
    prints = dict(document["material"]["prints"])
    if mask.library:
        for one in prints.values():
            path = Path(mask.library) / "prints" / str(one.get("file"))
            if one.get("file") and path.is_file():
                pictures[one["file"]] = path.read_bytes()
    if mask.picture is not None and (mask.print_name == PICTURE or not mask.print_locked):
        path = own_picture.file_of(mask.picture, job.folder(scene))
        own = {
            "kind": "picture",
            "file": path.name,
            "weight": 1.0,
            "size_mm": sorted(round(one, 3) for one in mask.picture_width),
        }
        pictures[path.name] = path.read_bytes()
        prints = {path.stem: own} if mask.print_locked else {**prints, path.stem: own}
    document["material"] = {**document["material"], "prints": prints}
    return document, pictures


def _shape_then_write(context, folder: Path, name: str, document: dict) -> None:
    bench = context.scene.maskdrape
    place = job.folder(context.scene)
    is_draped = bench.drape.results and bench.drape.results[-1].design == name_in_job(bench.mask)
    if bench.library.shape == "WORN" and is_draped:
        file = place / bench.drape.results[-1].file
        if file.is_file():
            _write_asset(context, folder, name, document, file)
            return

    def flat(context, result):
        _write_asset(context, folder, name, document, place / result["file"])

    request = {"do": "flat", "document": document, "size": bench.mask.size_name, "config": {}}
    ask(context, request, flat, f"Saving {name}", undo=False)


def _write_asset(context, folder: Path, name: str, document: dict, file: Path) -> None:
    bench = context.scene.maskdrape
    library, colours = bench.library, document["material"]["colours"]
    chosen = colours.get(bench.mask.colour_name) or next(iter(colours.values()))
    tags = [one.strip() for one in library.tags.split(",") if one.strip()]
    facts = asset.Facts(document["author"], document["licence"], library.description.strip(), tags)
    try:
        with np.load(file) as arrays:
            kept_object.write(folder / f"{name}.blend", name, document, arrays, chosen["srgb"], facts)
        catalogues = asset.listed(folder)
        if catalogues is not None:
            job.write_whole(asset.list_path(folder), catalogues)
    except (OSError, RuntimeError) as error:
        bench.task.error = f"The design is saved, its asset is not: {error}"
        return
    refresh(context)


class MASKDRAPE_OT_load_design(bpy.types.Operator):
    """Set the panel Mask to this design of the library"""

    bl_idname = "maskdrape.load_design"
    bl_label = "Load Design"

    name: bpy.props.StringProperty(name="Design")

    def execute(self, context):
        library = context.scene.maskdrape.library
        found = library.designs.get(self.name)
        if found is not None:
            library.save_name, library.title = found.name, found.title
            library.author, library.licence = found.author, found.licence
        return bpy.ops.maskdrape.choose_design(name=self.name, library=str(folder_of(library)))


class MASKDRAPE_OT_design_from_object(bpy.types.Operator):
    """Set the panel Mask to the design that the active object was saved with"""

    bl_idname = "maskdrape.design_from_object"
    bl_label = "Design from Object"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return kept_object.design_in(context.object) is not None

    def execute(self, context):
        said = kept_object.design_in(context.object)
        bench = context.scene.maskdrape
        mask = bench.mask
        # Not a built-in one, wherever it came from: the job takes a copy of it along.
        mask.design_name, mask.library = said["name"], str(folder_of(bench.library))
        mask.own_name, mask.design_locked = "", True
        take(mask, said["document"], said["document"])
        return {"FINISHED"}


class MASKDRAPE_OT_register_library(bpy.types.Operator):
    """Show the library's folder in the Asset Browser, by adding it to the preferences' asset libraries"""

    bl_idname = "maskdrape.register_library"
    bl_label = "Show in Asset Browser"

    @classmethod
    def poll(cls, context):
        folder = folder_of(context.scene.maskdrape.library)
        return folder.is_dir() and not asset.is_registered(folder)

    def execute(self, context):
        asset.register(folder_of(context.scene.maskdrape.library))
        self.report({"INFO"}, "Save the preferences to keep the library among them")
        return {"FINISHED"}


CLASSES = (
    MASKDRAPE_OT_refresh_library,
    MASKDRAPE_OT_save_design,
    MASKDRAPE_OT_load_design,
    MASKDRAPE_OT_design_from_object,
    MASKDRAPE_OT_register_library,
)

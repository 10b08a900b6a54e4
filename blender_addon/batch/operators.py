"""Write the batch's configuration, read one, start it, stop it, look at what came of it."""

from __future__ import annotations

from pathlib import Path

import bpy

from .. import job
from ..connection import ask, known
from ..mask.operators import ask_document
from ..viewport import image
from . import config, process, watch
from .properties import file_to_write, output_of


class MASKDRAPE_OT_write_config(bpy.types.Operator):
    """Write the batch as a configuration that the command line runs to the same pictures"""

    bl_idname = "maskdrape.write_config"
    bl_label = "Write Configuration"

    filepath: bpy.props.StringProperty(subtype="FILE_PATH")
    check_existing: bpy.props.BoolProperty(default=True, options={"HIDDEN"})
    filter_glob: bpy.props.StringProperty(default="*.yaml", options={"HIDDEN"})

    def invoke(self, context, event):
        self.filepath = str(file_to_write(context.scene.maskdrape.batch))
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context):
        batch = context.scene.maskdrape.batch
        if self.filepath:
            path = Path(bpy.path.abspath(self.filepath))
            batch.file = str(path if path.suffix else path.with_suffix(".yaml"))
        lacks = _what_lacks(batch)
        if lacks:
            return _refuse(self, context, lacks)
        return _with_designs(context, _write)


def _write(context: bpy.types.Context) -> None:
    scene = context.scene
    scene.maskdrape.task.error = scene.maskdrape.task.report = ""
    file = file_to_write(scene.maskdrape.batch)
    whole = config.to_config(scene, file.parent)
    job.write_whole(file, job.text(whole).encode())
    for name, data in config.files(scene).items():
        job.write_whole(file.parent / name, data)
    scene.maskdrape.batch.last = str(file)


def _with_designs(context: bpy.types.Context, then) -> set[str]:
    """Call ``then(context)`` once it is known which designs there are, where any may be drawn."""
    if context.scene.maskdrape.mask.design_locked or known.said():
        then(context)
        return {"FINISHED"}
    return known.ask_hello(context, then)


def _what_lacks(batch: bpy.types.PropertyGroup) -> str:
    if batch.source == "FOLDER" and not batch.folder:
        return "Choose the folder with the photos."
    if batch.source == "TABLE" and not batch.table:
        return "Choose the table that names the photos."
    return "" if batch.output.strip() else "Choose the folder to write to."


def _refuse(operator, context, words: str) -> set[str]:
    task = context.scene.maskdrape.task
    task.error, task.report = words, ""
    operator.report({"WARNING"}, words)
    return {"CANCELLED"}


class MASKDRAPE_OT_load_config(bpy.types.Operator):
    """Set the panels to a configuration file; what they do not show is kept and written again"""

    bl_idname = "maskdrape.load_config"
    bl_label = "Load Configuration"

    filepath: bpy.props.StringProperty(subtype="FILE_PATH")
    filter_glob: bpy.props.StringProperty(default="*.yaml;*.yml;*.json", options={"HIDDEN"})

    def invoke(self, context, event):
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context):
        file = Path(bpy.path.abspath(self.filepath))

        def done(context, result):
            config.from_config(context.scene, result["config"], file)
            mask = context.scene.maskdrape.mask
            ask_document(context, mask.design_name, mask.library)

        request = {"do": "read_config", "path": str(file), "config": {}}
        return ask(context, request, done, f"Reading {file.name}")


class MASKDRAPE_OT_start_batch(bpy.types.Operator):
    """Make all pictures in a process of its own, which goes on when Blender is closed"""

    bl_idname = "maskdrape.start_batch"
    bl_label = "Start"

    @classmethod
    def poll(cls, context):
        return context.scene.maskdrape.batch.state != "running"

    def execute(self, context):
        lacks = _what_lacks(context.scene.maskdrape.batch)
        if lacks:
            return _refuse(self, context, lacks)
        return _with_designs(context, _start)


def _start(context: bpy.types.Context) -> None:
    bench = context.scene.maskdrape
    batch, file = bench.batch, file_to_write(bench.batch)
    try:
        batch.last = str(file)
        if not process.is_running(file.parent):
            _write(context)
        process.start(file)
    except process.Busy as error:
        bench.task.error = f"{error}: see how far it is, or stop it"
    except OSError as error:
        bench.task.error = f"The batch cannot be started: {error}"
        return
    batch.words = ""
    batch.rejects.clear()
    batch.state = "running"
    watch.begin(file.parent)
    watch.look(context.scene)


class MASKDRAPE_OT_stop_batch(bpy.types.Operator):
    """Stop: what is finished stays, and Start goes on from there. Pressed again, it is killed"""

    bl_idname = "maskdrape.stop_batch"
    bl_label = "Stop"

    @classmethod
    def poll(cls, context):
        return context.scene.maskdrape.batch.state == "running"

    def execute(self, context):
        batch = context.scene.maskdrape.batch
        end = process.end if batch.words == _STOPPING else process.stop
        if end(Path(batch.last).parent):
            batch.words = _STOPPING
            self.report({"INFO"}, _STOPPING)
        watch.look(context.scene)
        return {"FINISHED"}


_STOPPING = "Stopping. What is finished stays, and it goes on from there."


class MASKDRAPE_OT_refresh_batch(bpy.types.Operator):
    """See how far the batch is"""

    bl_idname = "maskdrape.refresh_batch"
    bl_label = "Refresh"

    def execute(self, context):
        watch.look(context.scene)
        watch.keep_looking()
        return {"FINISHED"}


class MASKDRAPE_OT_open_result(bpy.types.Operator):
    """Show the contact sheet in the Image Editor, or the folder with the pictures"""

    bl_idname = "maskdrape.open_result"
    bl_label = "Open Result"

    what: bpy.props.EnumProperty(
        name="What",
        items=(
            ("SHEET", "Contact Sheet", "A picture with many of the results, in the Image Editor"),
            ("FOLDER", "Folder", "The folder, in the system's file browser"),
        ),
    )

    @classmethod
    def poll(cls, context):
        output = output_of(context.scene.maskdrape.batch)
        return output is not None and output.is_dir()

    def execute(self, context):
        output = output_of(context.scene.maskdrape.batch)
        if self.what == "FOLDER":
            return bpy.ops.wm.path_open(filepath=str(output))
        sheet = output / "contact_sheet.png"
        if not sheet.is_file():
            return _refuse(
                self, context, "There is no contact sheet yet: it is drawn when the batch has ended."
            )
        image.show(context, image.image_of(sheet, "contact sheet"))
        return {"FINISHED"}


CLASSES = (
    MASKDRAPE_OT_write_config,
    MASKDRAPE_OT_load_config,
    MASKDRAPE_OT_start_batch,
    MASKDRAPE_OT_stop_batch,
    MASKDRAPE_OT_refresh_batch,
    MASKDRAPE_OT_open_result,
)

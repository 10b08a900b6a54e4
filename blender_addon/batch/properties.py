"""Which photos, where to, and how far the batch has come."""

from __future__ import annotations

from pathlib import Path

import bpy

from .. import job

STATES = {
    "": "",
    "running": "Running",
    "finished": "Finished",
    "stopped": "Stopped",
    "failed": "Failed",
}


class Reject(bpy.types.PropertyGroup):
    """A photo, face or variant that could not be used; its name is the photo's."""

    stage: bpy.props.StringProperty()
    reason: bpy.props.StringProperty()


class BatchProperties(bpy.types.PropertyGroup):
    source: bpy.props.EnumProperty(
        name="Photos",
        description="Where the photos come from",
        items=(
            ("FOLDER", "Folder", "All photos in a folder; its sub-folders are the people's names"),
            ("TABLE", "Table", "A CSV file with a row a photo: path, identity, licence, consent"),
            ("DEMO", "Example", "The generated portraits that come with MaskDrape"),
        ),
    )
    folder: bpy.props.StringProperty(name="Folder", description="Folder of the photos", subtype="DIR_PATH")
    table: bpy.props.StringProperty(
        name="Table", description="CSV file that names the photos", subtype="FILE_PATH"
    )
    output: bpy.props.StringProperty(
        name="Output",
        description="Folder to write; a relative one begins at the configuration's",
        default="out",
        subtype="DIR_PATH",
    )
    variants: bpy.props.IntProperty(
        name="Variants",
        description="Pictures of every face, each with a mask drawn anew",
        min=1,
        max=100,
        default=1,
    )
    engine: bpy.props.EnumProperty(
        name="Engine",
        description="What does the work",
        items=(("local", "This computer", "One process on this computer"),),
    )
    same_light: bpy.props.BoolProperty(
        name="Own light for all", description="Light every face by the lamps of the panel Light"
    )
    file: bpy.props.StringProperty(
        name="Configuration",
        description="The batch's configuration; empty: config.yaml in a folder beside the job's own",
        subtype="FILE_PATH",
    )
    kept: bpy.props.StringProperty()  # JSON: what a loaded configuration says that no panel shows
    last: bpy.props.StringProperty()  # the configuration as it was written last
    state: bpy.props.StringProperty()  # one of STATES
    words: bpy.props.StringProperty()  # what was said last by a process that failed
    done: bpy.props.IntProperty()  # photos
    of: bpy.props.IntProperty()
    samples: bpy.props.IntProperty()  # pictures made
    rejected: bpy.props.IntProperty()
    rate: bpy.props.FloatProperty()  # pictures a minute
    remaining: bpy.props.FloatProperty()  # s; below 0: not known yet
    rejects: bpy.props.CollectionProperty(type=Reject)
    reject: bpy.props.IntProperty()


CLASSES = (Reject, BatchProperties)


def file_to_write(group: bpy.types.PropertyGroup) -> Path:
    """Where the batch's configuration goes. Not below the job's folder, which is copied when the .blend gets
    another name: what a batch makes is large."""
    if group.file:
        return Path(bpy.path.abspath(group.file))
    return job.folder(group.id_data).with_suffix(".batch") / "config.yaml"


def output_of(group: bpy.types.PropertyGroup) -> Path | None:
    """The folder that the batch of the configuration that was written last writes."""
    return Path(group.last).parent / plain_path(group.output) if group.last else None


def plain_path(path: str) -> str:
    """A path as it is typed; Blender's own "//" begins at the .blend."""
    return bpy.path.abspath(path) if path.startswith("//") else path

"""The photo, who is in it, and by what right it is used."""

import bpy


class FaceFound(bpy.types.PropertyGroup):
    """One face of the photo, as the bench answered. ``file`` is relative to the job's folder."""

    verdict: bpy.props.StringProperty()
    reason: bpy.props.StringProperty()
    residual_mm: bpy.props.FloatProperty()
    yaw_pitch_roll: bpy.props.FloatVectorProperty(size=3)  # degrees
    box: bpy.props.FloatVectorProperty(size=4)  # px
    distance_m: bpy.props.FloatProperty()
    focal_px: bpy.props.FloatProperty()
    file: bpy.props.StringProperty()
    light: bpy.props.StringProperty()  # JSON, as in the configuration


class PhotoProperties(bpy.types.PropertyGroup):
    path: bpy.props.StringProperty(name="Photo", subtype="FILE_PATH")
    identity: bpy.props.StringProperty(
        name="Person", description="A name for who is in the photo; a folder of the data set is called so"
    )
    source: bpy.props.StringProperty(name="Source", description="Where the photo is from")
    licence: bpy.props.StringProperty(name="Licence", description="Under which licence it may be used")
    consent: bpy.props.StringProperty(name="Consent", description="What the person in it has agreed to")
    width: bpy.props.IntProperty()
    height: bpy.props.IntProperty()
    sha256: bpy.props.StringProperty()
    faces: bpy.props.CollectionProperty(type=FaceFound)
    face: bpy.props.IntProperty(name="Face", description="Which face wears the mask, from the left", min=0)


CLASSES = (FaceFound, PhotoProperties)

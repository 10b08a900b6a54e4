"""Blender data made of plain arrays: camera, meshes, lamps, pictures."""

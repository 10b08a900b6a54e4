"""Everything that imports bpy: cloth, materials, lights, render. `blender.py` alone knows versions."""

"""Mask designs, sewing patterns, wearing and physical checks. Nothing here imports bpy."""

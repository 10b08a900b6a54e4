"""Layers over photo: matte, shadow, sensor, paste-back. Nothing here imports bpy."""

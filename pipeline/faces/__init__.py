"""Faces in a photo: landmarks, morphable head, camera, light. Nothing here imports bpy."""

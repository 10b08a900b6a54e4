"""Carries settled drapes from one head to another, and keeps a bank of them. Nothing here imports bpy."""

"""Landmark detectors, and the protocol they follow."""

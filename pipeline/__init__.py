"""MaskDrape: photographs of people, wearing face masks that were draped and path-traced in 3D."""

__version__ = "0.1.0"

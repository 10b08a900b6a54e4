"""Networks in .tflite files, with weights of half precision. Needs TensorFlow."""

from __future__ import annotations

from pathlib import Path

import tensorflow as tf


def write_half(converter: tf.lite.TFLiteConverter, path: Path) -> None:
    """Write what ``converter`` was given: its weights are stored as float16, and computed with as float32."""
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    path.write_bytes(converter.convert())

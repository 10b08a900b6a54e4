"""How a test run begins and ends."""

import os
import sys

import pytest

# As `pipeline.run` does, before NumPy is first imported: what is made here and there is to be the same.
for _library in ("OPENBLAS", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

_status = [0]


def pytest_sessionfinish(exitstatus):
    _status[0] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure():
    """Leave here and now, as `pipeline.run.leave` does: Blender's own clean-up may crash or hang."""
    if "bpy" in sys.modules:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_status[0])

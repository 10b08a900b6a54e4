"""The end of a test run: with Blender's module loaded it is the process's end as well."""

import os
import sys

import pytest

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

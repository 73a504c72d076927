"""Memory that is freed stays with the process."""

import os
import platform
import resource
import subprocess
import sys

import pytest

SCRIPT = """
import resource
import keras

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

block = b"x" * (1 << 27)
del block
before = faults()
for _ in range(4):
    block = b"x" * (1 << 27)
    del block
print(faults() - before)
"""


def _pages_fetched(**environment):
    environment = {**os.environ, **environment}
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
    )
    return int(run.stdout) / ((1 << 27) / resource.getpagesize())


@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="this C library cannot be told to keep memory"
)
def test_what_is_freed_is_used_again_unless_the_environment_says_otherwise():
    assert _pages_fetched() < 0.5
    assert _pages_fetched(MALLOC_MMAP_THRESHOLD_="65536") > 3

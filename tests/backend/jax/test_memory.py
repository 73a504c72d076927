"""Memory that is freed stays with the process."""

import os
import platform
import resource
import subprocess
import sys

import pytest

SCRIPT = """
import resource
from keras.backend.compute import compute

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def fetched():
    block = b"x" * (1 << 27)
    del block
    before = faults()
    for _ in range(4):
        block = b"x" * (1 << 27)
        del block
    return faults() - before

before = fetched()
compute.compile(compute.abs)
print(before, fetched())
"""


def _pages_fetched(**environment):
    environment = {**os.environ, **environment}
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
    )
    return [int(count) / ((1 << 27) / resource.getpagesize()) for count in run.stdout.split()]


@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="this C library cannot be told to keep memory"
)
def test_what_is_freed_is_used_again_once_there_is_a_program():
    before, after = _pages_fetched()
    assert before > 3
    assert after < 0.5


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_what_the_environment_says_of_memory_stands():
    assert _pages_fetched(MALLOC_MMAP_THRESHOLD_="65536")[1] > 3

"""Compiled programs kept between processes, in `programs` of the configuration's folder.

A model that was trained before need not be compiled anew: the first fit of a small network takes 0.95 instead of 1.7 s,
that of a ResNet-20 4 instead of 7 s. JAX's own settings and environment variables go before this.
"""

import contextlib
import hashlib
import os
import platform
import stat
from pathlib import Path

import jax

from keras import config

_SECONDS, _MOST_FILES = 0.05, 1000


def keep_programs():
    """Let JAX keep what took long to compile, unless its cache is set up already or others may write to the folder."""
    if jax.config.jax_compilation_cache_dir or "JAX_COMPILATION_CACHE_DIR" in os.environ:
        return
    with contextlib.suppress(OSError):  # Without the folder, programs are compiled as ever.
        folder = _folder()
        if folder is None:
            return
        _forget_old(folder)
        for name, value in {
            "jax_persistent_cache_min_compile_time_secs": _SECONDS,
            "jax_persistent_cache_min_entry_size_bytes": -1,
            "jax_compilation_cache_dir": str(folder),
        }.items():
            jax.config.update(name, value)


def _folder():
    """Return the folder for programs of this kind of processor, made if need be, or None.

    Programs are loaded and run: where others may write there is no place for them.
    """
    folder = config.home() / "programs" / _processor()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder if all(map(_is_own, (folder, folder.parent, config.home()))) else None


def _is_own(folder):
    """Return whether none but the user may write to a folder."""
    found = os.stat(folder)
    of_user = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    return of_user and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _processor():
    """Return a name for the processor's abilities, of which a compiled program makes use."""
    told = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        told = next((line for line in lines if line.startswith(("flags", "Features"))), told)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _forget_old(folder):
    """Delete the older half of the programs where there are many."""
    files = list(os.scandir(folder))
    if len(files) <= _MOST_FILES:
        return
    for file in sorted(files, key=lambda file: file.stat().st_mtime)[: len(files) // 2]:
        with contextlib.suppress(FileNotFoundError):  # Another process was faster.
            os.unlink(file)

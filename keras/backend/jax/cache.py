"""Compiled programs kept between processes, in `programs` of the configuration's folder.

A model that was trained before need not be compiled anew: the first fit of a small network takes 0.66 instead of 1.12
s. JAX's own settings and environment variables go before this.
"""

import contextlib
import hashlib
import os
import platform
import stat
import zlib
from pathlib import Path

import jax

from keras import config

_SECONDS, _MOST_PROGRAMS = 0.05, 1000
# How a file begins that JAX wrote with another library's compression, where that is installed.
_ZSTANDARD = b"\x28\xb5\x2f\xfd"


def keep_programs():
    """Let JAX keep what took long to compile, unless its cache is set up already or others may write to the folder."""
    if jax.config.jax_compilation_cache_dir or "JAX_COMPILATION_CACHE_DIR" in os.environ:
        return
    with contextlib.suppress(OSError):  # Without the folder, programs are compiled as ever.
        folder = _folder()
        if folder is None:
            return
        _tidy(folder)
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
    told = None
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf8") as lines:
        told = next((line for line in lines if line.startswith(("flags", "Features"))), None)
    # Only where there is no such file: to find out by name starts another process.
    told = told or platform.processor() or platform.machine()
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _tidy(folder):
    """Delete what was not written to its end since this was last done, and of many programs the older half."""
    checked = folder / "checked"
    last = checked.stat().st_mtime if checked.exists() else 0.0
    checked.touch()
    programs = [(file.stat().st_mtime, file.path) for file in os.scandir(folder)]
    programs = sorted(each for each in programs if each[1].endswith("-cache"))
    half = len(programs) // 2 if len(programs) > _MOST_PROGRAMS else 0
    damaged = [path for time, path in programs[half:] if time >= last and not _is_whole(path)]
    for path in [path for _, path in programs[:half]] + damaged:
        with contextlib.suppress(FileNotFoundError):  # Another process was faster.
            os.unlink(path)


def _is_whole(path):
    """Return whether a program was written to its end: JAX would warn of it for ever, and not write it anew."""
    content = Path(path).read_bytes()
    if content.startswith(_ZSTANDARD):
        return True
    try:
        zlib.decompress(content)
    except zlib.error:
        return False
    return True

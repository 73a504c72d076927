"""Files that are written whole or not at all."""

import contextlib
import errno
import os
import re
import secrets
import shutil
import uuid


@contextlib.contextmanager
def replacing(path):
    """Write a file so that at any moment either the old one is there, complete, or the new one.

    Yields the path of a new file beside it, which takes its place at the end of the `with` block. If the block
    raises, the old file stays and the new one is removed.

    Raises:
        FileNotFoundError: if the folder does not exist.
        OSError: if the disk is full, naming the file.

    Examples:
        >>> import pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp(), "note.txt")
        >>> with replacing(path) as new:
        ...     _ = pathlib.Path(new).write_text("all of it")
        >>> path.read_text()
        'all of it'
    """
    target = os.path.realpath(path)
    folder, name = os.path.split(target)
    _check_target(path, target, folder)
    _remove_leftovers(folder, name)
    new = os.path.join(folder, f"{_prefix(name)}{os.getpid()}.{secrets.token_hex(4)}.tmp")
    try:
        yield new
        if os.path.exists(target):
            shutil.copymode(target, new)
        _sync(new)
        os.replace(new, target)
    except BaseException as error:
        with contextlib.suppress(FileNotFoundError):
            os.remove(new)
        if is_disk_full(error):
            raise OSError(
                errno.ENOSPC,
                f"The disk is full: {os.fspath(path)!r} was not written, and what was there before is untouched. "
                "Free some space and try again",
            ) from error
        raise
    _sync_folder(folder)


def _check_target(path, target, folder):
    if not os.path.isdir(folder):
        raise FileNotFoundError(
            f"Cannot write {os.fspath(path)!r}: there is no folder {folder!r}. Make it first: os.makedirs({folder!r})."
        )
    if os.path.isdir(target):
        raise IsADirectoryError(
            f"Cannot write {os.fspath(path)!r}: it is a folder. Give the name of a file in it."
        )


def is_disk_full(error):
    """Return whether an exception, or one that it came from, says that there is no space left."""
    while error is not None:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
            return True
        # HDF5 tells the number in its text alone.
        if isinstance(error, OSError | RuntimeError) and f"errno = {errno.ENOSPC}," in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _prefix(name):
    """Return how the names of unfinished files begin: the machine's number tells whose process ids they hold."""
    return f".{name[:150]}.{uuid.getnode():x}."


def _remove_leftovers(folder, name):
    """Remove what killed processes of this machine left of the same file."""
    pattern = re.compile(re.escape(_prefix(name)) + r"(\d+)\.[0-9a-f]{8}\.tmp")
    for entry in os.listdir(folder):
        match = pattern.fullmatch(entry)
        if match and not _is_running(int(match[1])):
            with contextlib.suppress(OSError):
                os.remove(os.path.join(folder, entry))


def _is_running(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _sync(path):
    """Have a file's content on the disk before its name points to it."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder):
    # Some systems cannot open folders; there the name is safe a little later.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

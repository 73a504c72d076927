"""Files: written whole or not at all, and told apart by what is in them."""

import contextlib
import errno
import os
import re
import secrets
import shutil
import uuid

_HDF5 = b"\x89HDF\r\n\x1a\n"
_ZIP = b"PK\x03\x04"


@contextlib.contextmanager
def replacing(path):
    """Write a file so that at any moment either the old one is there, complete, or the new one.

    Yields the path of a new file beside it, which takes its place at the end of the `with` block. If the block
    raises, the old file stays and the new one is removed.

    Raises:
        FileNotFoundError: if the folder does not exist.
        OSError: if the disk is full, naming the file.

    Examples:
        >>> import tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "note.txt")
        >>> with replacing(path) as new:
        ...     with open(new, "w") as file:
        ...         _ = file.write("all of it")
        >>> open(path).read()
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
                "Free some space and save again",
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


def kind_of(path):
    """Return what a file is by its first bytes: "hdf5", "zip", "safetensors", "json", "folder", "empty" or "unknown".

    Raises:
        FileNotFoundError: if there is none.
    """
    path = os.fspath(path)
    if os.path.isdir(path):
        return "folder"
    if not os.path.exists(path):
        raise FileNotFoundError(
            f"There is no file {path!r} (the current folder is {os.getcwd()!r})."
        )
    with open(path, "rb") as file:
        head = file.read(16)
        if not head:
            return "empty"
        if head.startswith(_HDF5) or _is_hdf5_after_a_block(file):
            return "hdf5"
    return _kind_of_head(head, os.path.getsize(path))


def _is_hdf5_after_a_block(file):
    """HDF5 lets a block of the user's own come first: of 512 bytes, or 1024, 2048 ..."""
    for power in range(9, 16):
        file.seek(1 << power)
        if file.read(8) == _HDF5:
            return True
    return False


def _kind_of_head(head, size):
    if head.startswith(_ZIP):
        return "zip"
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= size - 8:
        return "safetensors"
    return "json" if head.lstrip()[:1] in (b"{", b"[") else "unknown"


def may_write(path, overwrite):
    """Return whether to write a file: where there is one and `overwrite` is not set, the user is asked.

    Raises:
        FileExistsError: if nobody can be asked.
    """
    if overwrite or not os.path.exists(path):
        return True
    try:
        answer = input(f"{os.fspath(path)!r} exists. Overwrite it? [y/n] ")
        while answer.strip().lower() not in ("y", "n"):
            answer = input("Enter y to overwrite it, n to keep it: ")
    except (EOFError, OSError) as error:
        raise FileExistsError(
            f"{os.fspath(path)!r} exists and overwrite=False; pass overwrite=True or another name."
        ) from error
    return answer.strip().lower() == "y"

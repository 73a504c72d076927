"""Files: told apart by what is in them, and replaced only where that is wanted."""

import os

import h5py

from keras.utils.atomic import replacing

__all__ = ["beside", "kind_of", "may_write", "opened_with", "place_of", "replacing"]

_HDF5 = b"\x89HDF\r\n\x1a\n"
_ZIP = b"PK\x03\x04"


def place_of(filepath):
    """Return where to write or read: a path as a text, or the open h5py.Group that was given.

    Raises:
        TypeError: if it is neither.
        ValueError: if the group's file is closed.

    Examples:
        >>> place_of(b"model.h5")
        'model.h5'
    """
    if isinstance(filepath, h5py.Group):
        if not filepath:
            raise ValueError("The h5py.File or Group is closed; open it, or give its path.")
        return filepath
    if not isinstance(filepath, str | bytes | os.PathLike):
        raise TypeError(
            f"The file should be a path, or an open h5py.File or Group, got a {type(filepath).__name__}. To keep a "
            "model in memory, pass h5py.File(io.BytesIO(), 'w'), or pickle it."
        )
    return os.fsdecode(filepath)


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
        # An archive may hold the weights, an HDF5 file, at just such a place.
        if head.startswith(_HDF5) or (not head.startswith(_ZIP) and _is_hdf5_after_a_block(file)):
            return "hdf5"
    return _kind_of_head(head, os.path.getsize(path))


def opened_with(path, open_it, tries=20):
    """Open a file for reading bytes, and the same one by another function, though it may be replaced in between.

    Args:
        path: a path.
        open_it: takes the path and returns what it opened.
        tries: how often to begin anew.

    Returns:
        The file opened for reading bytes, and what `open_it` returned.

    Raises:
        OSError: if it is replaced each time.
    """
    for _ in range(tries):
        raw = open(path, "rb")  # noqa: SIM115 - it is what is returned
        try:
            other = open_it(path)
            if os.path.samestat(os.fstat(raw.fileno()), os.stat(path)):
                return raw, other
        except BaseException:
            raw.close()
            raise
        raw.close()
    raise OSError(f"{path!r} is replaced again and again while it is opened. Load it later.")


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


def beside(path, name):
    """Return the path of a file beside another.

    Raises:
        ValueError: if it lies anywhere else.
    """
    file = os.path.join(os.path.dirname(path), str(name))
    if os.path.basename(str(name)) != name or name in ("", ".", "..") or os.path.islink(file):
        raise ValueError(f"{path!r} refers to the file {name!r}, which is not beside it.")
    return file

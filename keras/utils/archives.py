"""Unpacking tar and zip files without letting them write elsewhere."""

import os
import shutil
import stat
import tarfile
import tempfile
import zipfile
from pathlib import Path, PurePosixPath, PureWindowsPath

FORMATS = ("tar", "zip")


def unpack(path, folder, archive_format="auto", again=True):
    """Unpack an archive into a folder; what is there by other names stays.

    The files are written beside their place first and moved there when all are written, so that an interruption leaves
    no half of a folder.

    Args:
        path: the archive's path.
        folder: where to unpack to.
        archive_format: "tar" (also compressed), "zip", a list of these, "auto" for both, or None for none.
        again: whether to unpack although all that stands at the archive's top level is there already.

    Returns:
        True if the file is an archive of such a format.

    Raises:
        ValueError: if the format is unknown, or a member would lie outside of the folder or is a link or a device.
    """
    for name in _formats(archive_format):
        if _IS_ARCHIVE[name](path):
            with _OPEN[name](path) as archive:
                members = list(_MEMBERS[name](archive))
                tops = {PurePosixPath(member).parts[0] for member, _ in members}
                if again or not all(os.path.lexists(os.path.join(folder, top)) for top in tops):
                    _unpack_members(members, folder)
            return True
    return False


def _formats(archive_format):
    if archive_format is None:
        return []
    if archive_format == "auto":
        return FORMATS
    formats = [archive_format] if isinstance(archive_format, str) else list(archive_format)
    if unknown := set(formats) - set(FORMATS):
        raise ValueError(
            f"archive_format should be 'auto', None or among {FORMATS}, got {unknown.pop()!r}."
        )
    return formats


def _tar_members(archive):
    """Yield (name, function that opens it, or None for a folder)."""
    for member in archive:
        if not (member.isfile() or member.isdir()):
            raise ValueError(
                f"The archive's member {member.name!r} is a link or a device: it is not unpacked. "
                "Unpack the archive by hand if you trust it."
            )
        if name := _inside(member.name):
            yield (
                name,
                None if member.isdir() else lambda m=member: archive.extractfile(m),
            )


def _zip_members(archive):
    """Yield (name, function that opens it, or None for a folder)."""
    for member in archive.infolist():
        if stat.S_ISLNK(member.external_attr >> 16):
            raise ValueError(
                f"The archive's member {member.filename!r} is a link: it is not unpacked. "
                "Unpack the archive by hand if you trust it."
            )
        if name := _inside(member.filename):
            yield name, None if member.is_dir() else lambda m=member: archive.open(m)


def _inside(name):
    """Return a member's name as a plain relative path; "" for the folder itself."""
    windows, posix = PureWindowsPath(name), PurePosixPath(name)
    if windows.anchor or posix.is_absolute() or ".." in windows.parts or "\\" in name:
        raise ValueError(
            f"The archive's member {name!r} would lie outside of the folder: nothing is unpacked. "
            "Do not use this archive."
        )
    return "" if posix == PurePosixPath(".") else str(posix)


def _unpack_members(members, folder):
    beside = tempfile.mkdtemp(prefix=".unpacking-", dir=folder)
    try:
        for name, opened in members:
            target = Path(beside, name)
            if opened is None:
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with opened() as source, open(target, "wb") as file:
                shutil.copyfileobj(source, file)
        for entry in os.listdir(beside):
            _move(Path(beside, entry), Path(folder, entry))
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _move(source, target):
    """Move a file or folder to its place; a folder that is there already takes the new files in."""
    if source.is_dir() and target.is_dir() and not target.is_symlink():
        for entry in os.listdir(source):
            _move(source / entry, target / entry)
    else:
        os.replace(source, target)


_IS_ARCHIVE = {"tar": tarfile.is_tarfile, "zip": zipfile.is_zipfile}
_OPEN = {"tar": tarfile.open, "zip": zipfile.ZipFile}
_MEMBERS = {"tar": _tar_members, "zip": _zip_members}

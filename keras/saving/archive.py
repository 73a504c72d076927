"""The `.keras` archives of Keras 3: a zip with `config.json`, `metadata.json` and the weights in `model.weights.h5`.

Vocabularies that a layer has learned are in `assets/<the layer's path>/vocabulary.txt`, a token a line; they are read
from there, and from nowhere else. This library adds the member `training_state.json`; Keras 3 passes over it. Members
are read by these names alone, and nothing is unpacked to a path. The zip's checksums are compared before anything of
a member is used.
"""

import contextlib
import datetime
import functools
import io
import os
import shutil
import struct
import tempfile
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor

import h5py

from keras import config
from keras._version import __version__
from keras.saving import dialects, files, hdf5, heaps, keras3, text, tree

# What Keras 3 takes the file for.
DIALECT_VERSION = "3.15.1"

_CONFIG, _METADATA, _WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
_STATE = "training_state.json"
_ASSETS, _VOCABULARY = "assets/", "/vocabulary.txt"
_MAX_TEXT = 32 << 20
_MAX_VALUES = 1_000_000
_CHUNK = 1 << 18
# Weights up to this size are read when their checksum is known, not beside.
_SMALL = 16 << 20
# Weights that were compressed after all are believed up to this size, and beyond it up to this ratio.
_MAX_BELIEVED = 64 << 20
_MAX_RATIO = 20

_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

# What zipfile raises for zips that are damaged in one way or another.
_DAMAGE = (
    zipfile.BadZipFile,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    UnicodeDecodeError,
    struct.error,
    zlib.error,
)


# ------------------------------------------------------------------ writing
def write(target, saved):
    """Write a whole model, as Keras 3 reads it.

    Args:
        target: a path.
        saved: a `Saved` in canonical form.
    """
    model = dialects.write(saved.model, "keras3")
    if saved.training is not None:
        model["compile_config"] = keras3.training_from_canonical(saved.training)
    members = {_METADATA: _metadata(), _CONFIG: model}
    if saved.state is not None:
        # Keras 3's compile does not know this argument.
        mode = (saved.training or {}).get("sample_weight_mode")
        members[_STATE] = {"state": saved.state, "sample_weight_mode": mode}
    with (
        files.replacing(target) as path,
        open(path, "w+b") as file,
        zipfile.ZipFile(file, "w") as archive,
    ):
        for name, value in members.items():
            archive.writestr(name, text.to_json(value))
        _write_weights(archive, file, saved)


def _metadata():
    now = datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S")
    writer = f"keras {__version__} ({config.backend()})"
    return {"keras_version": DIALECT_VERSION, "date_saved": now, "written_by": writer}


def _write_weights(archive, file, saved):
    """Have HDF5 write the last member in its place in the zip, and then what zipfile must know of it.

    A member that is written through zipfile has to come in order, and HDF5 jumps about: that takes a copy.
    """
    info = zipfile.ZipInfo(_WEIGHTS, datetime.datetime.now().timetuple()[:6])
    info.external_attr = 0o600 << 16
    info.header_offset, info.CRC = archive.start_dir, 0
    start = info.header_offset + len(info.FileHeader(zip64=True))
    window = _Growing(file, start, 0)
    with h5py.File(window, "w") as weights:
        tree.fill(weights, saved)
    info.file_size = info.compress_size = window.seek(0, os.SEEK_END)
    file.flush()
    info.CRC = _checksum(file, start, info.file_size)
    file.seek(info.header_offset)
    file.write(info.FileHeader(zip64=True))
    archive.filelist.append(info)
    archive.start_dir = start + info.file_size


def _checksum(file, start, size):
    """Return the CRC-32 of a part of a file, whose place stays where it is."""
    checksum, buffer = 0, memoryview(bytearray(min(size, _CHUNK)))
    while size > 0:
        count = _read_at(file, buffer[:size], start)
        if not count:
            raise EOFError("it ends too early")
        checksum = zlib.crc32(buffer[:count], checksum)
        start, size = start + count, size - count
    return checksum


def _read_at(file, buffer, start):
    """Read into a buffer from a place in a file, whose own place stays where it is; return the number of bytes."""
    if hasattr(os, "preadv"):
        return os.preadv(file.fileno(), [buffer], start)
    with open(file.name, "rb") as other:  # on Windows
        other.seek(start)
        return other.readinto(buffer)


def refuse_weights(target, saved):
    """Refuse to write weights alone under a name that says a whole model.

    Raises:
        ValueError: always.
    """
    raise ValueError(
        f"{os.fspath(target)!r} is the name of a whole model; save weights alone as '.weights.h5', '.safetensors' or "
        "'.h5', or the model by model.save."
    )


# ------------------------------------------------------------------ reading
@contextlib.contextmanager
def reading(source):
    """Yield the `Saved` that an archive holds; its weights can be read within the `with` block.

    Args:
        source: a path.

    Raises:
        ValueError: if the archive is damaged, or no archive of Keras.
    """
    name = os.fspath(source)
    with open(source, "rb") as file, contextlib.ExitStack() as stack:
        members = _members(file, name)
        weights, confirm = stack.enter_context(_opened_weights(file, members, name))
        with hdf5.broken_files(name):
            saved = tree.read(weights, name)
        saved.confirm = confirm
        yield _with_configs(saved, file, members, name)


def _with_configs(saved, file, members, name):
    model = _json(file, members, _CONFIG, name)
    if not isinstance(model, dict):
        raise ValueError(f"{name!r}: {_CONFIG} holds no model but {str(model)[:80]}.")
    metadata = _json(file, members, _METADATA, name) if _METADATA in members else {}
    version = metadata.get("keras_version") if isinstance(metadata, dict) else None
    own = _json(file, members, _STATE, name) if _STATE in members else {}
    compiled = model.pop("compile_config", None)
    saved.vocabularies = _vocabularies(file, members, name)
    saved.model = model
    saved.training = compiled if isinstance(compiled, dict) and compiled.get("optimizer") else None
    saved.version = version if isinstance(version, str) and version else saved.version
    if isinstance(own, dict) and own.get("state"):
        saved.state = own["state"]
        if saved.training and own.get("sample_weight_mode"):
            saved.training["sample_weight_mode"] = own["sample_weight_mode"]
    return saved


def _is_vocabulary(member_name):
    return member_name.startswith(_ASSETS) and member_name.endswith(_VOCABULARY)


def _vocabularies(file, members, name):
    """Return the vocabularies in an archive, `{layer's path: list of tokens}`."""
    found = {key: info for key, info in members.items() if _is_vocabulary(key)}
    if sum(info.file_size for info in found.values()) > _MAX_TEXT:
        raise ValueError(f"{name!r}: its vocabularies are larger than {_MAX_TEXT} bytes.")
    result = {}
    for key, info in found.items():
        with _reading_member(file, info, name) as member:
            data = member.read(_MAX_TEXT + 1)
        try:
            tokens = data.decode("utf8").split("\n")
        except UnicodeDecodeError as error:
            raise ValueError(f"{name!r}: {key} is no text in UTF-8: {error}.") from error
        result[key.removeprefix(_ASSETS).removesuffix(_VOCABULARY)] = tokens
    return result


def _members(file, name):
    """Return `{name: ZipInfo}` of the members that are read."""
    wanted = {_CONFIG, _METADATA, _WEIGHTS, _STATE}
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
            found = [i for i in infos if i.filename in wanted or _is_vocabulary(i.filename)]
    except _DAMAGE as error:
        raise ValueError(f"{name!r} is a damaged zip: {error}. Is the file complete?") from error
    members = {info.filename: info for info in found}
    if len(members) != len(found):
        raise ValueError(f"{name!r} has two members of the same name, which no Keras archive has.")
    misplaced = [info for info in found if info.header_offset < 0]
    if misplaced:
        raise ValueError(
            f"{name!r} is a damaged zip: its member {misplaced[0].filename!r} would begin before the file does. "
            "Is the file complete?"
        )
    packed = [info for info in found if info.compress_type not in _PACKINGS]
    if packed:
        raise ValueError(
            f"{name!r}: the member {packed[0].filename!r} is packed in a way that is not read."
        )
    missing = sorted({_CONFIG, _WEIGHTS} - set(members))
    if missing:
        raise ValueError(
            f"{name!r} is a zip, but no Keras model: it has no member {missing[0]!r}. Is it the right file?"
        )
    return members


@contextlib.contextmanager
def _reading_member(file, info, name):
    """Yield a member as a stream; what zipfile finds wrong becomes a ValueError that names it."""
    try:
        with zipfile.ZipFile(file) as archive, archive.open(info.filename) as member:
            yield member
    except _DAMAGE as error:
        raise ValueError(
            f"{name!r}: the member {info.filename!r} is damaged: {error}. Is the file complete?"
        ) from error


def _json(file, members, member_name, name):
    info = members[member_name]
    with _reading_member(file, info, name) as member:
        data = member.read(_MAX_TEXT + 1)
        # To the end, where the checksum is compared.
        is_long = len(data) > _MAX_TEXT or bool(member.read(1))
    if is_long or sum(map(data.count, (b",", b"[", b"{"))) > _MAX_VALUES:
        raise ValueError(f"{name!r}: {member_name} is too large for the config of a model.")
    try:
        return text.from_json(data)
    except ValueError as error:
        raise ValueError(f"{name!r}: {member_name} is damaged. {error}") from error


@contextlib.contextmanager
def _opened_weights(file, members, name):
    """Yield the HDF5 file within the zip, and what compares its checksum, to be called before its data are used.

    It is read in its place there if it was only stored, else unpacked to a scratch file. The checksum of a large one is
    worked out beside.
    """
    info = members[_WEIGHTS]
    confirm = _nothing
    with contextlib.ExitStack() as stack:
        if info.compress_type == zipfile.ZIP_STORED:
            raw, start = file, _offset(file, info, name)
            pool = stack.enter_context(ThreadPoolExecutor(1))
            checksum = pool.submit(_checksum, file, start, info.file_size)
            confirm = functools.partial(_compare_checksum, file, info, checksum, name)
            if info.file_size <= _SMALL:
                confirm()
            weights = _Window(file, start, info.file_size)
        else:
            raw = weights = stack.enter_context(tempfile.TemporaryFile())
            start = 0
            _unpack(file, info, weights, name)
        with hdf5.broken_files(f"{name}: {_WEIGHTS}"):
            opened = stack.enter_context(h5py.File(weights, "r"))
            heaps.check(raw, opened, name, start, info.file_size)
        yield opened, confirm


def _nothing():
    """Compare nothing: what was unpacked has been compared."""


def _compare_checksum(file, info, checksum, name):
    with _reading_member(file, info, name):
        if checksum.result() != info.CRC:
            raise zipfile.BadZipFile("its checksum is another")


def _offset(file, info, name):
    """Return where a stored member's bytes begin: after its local header, which tells its own size."""
    file.seek(info.header_offset + 26)
    sizes = file.read(4)
    offset = (
        info.header_offset + 30 + sum(int.from_bytes(sizes[i : i + 2], "little") for i in (0, 2))
    )
    if offset + info.file_size > os.fstat(file.fileno()).st_size:
        raise ValueError(f"{name!r}: {info.filename!r} is cut off. Is the file complete?")
    return offset


def _unpack(file, info, scratch, name):
    if info.file_size > max(_MAX_BELIEVED, _MAX_RATIO * info.compress_size):
        raise ValueError(
            f"{name!r}: {info.filename!r} unpacks to {info.file_size} bytes from {info.compress_size}, which no "
            "weights do. Pack the model anew, with its members stored."
        )
    with _reading_member(file, info, name) as member:
        shutil.copyfileobj(member, scratch, _CHUNK)
    scratch.flush()


class _Window(io.RawIOBase):
    """A part of a file, read as a file of its own."""

    def __init__(self, file, offset, size):
        self._file, self._offset, self._size = file, offset, size
        self._place = 0

    def readable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self._place

    def seek(self, place, whence=os.SEEK_SET):
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(start + place, 0)
        return self._place

    def readinto(self, buffer):
        view = memoryview(buffer).cast("B")
        count = min(len(view), self._size - self._place)
        if count <= 0:
            return 0
        self._file.seek(self._offset + self._place)
        done = self._file.readinto(view[:count])
        self._place += done
        return done


class _Growing(_Window):
    """The end of a file, written and read as a file of its own."""

    def writable(self):
        return True

    def write(self, data):
        self._file.seek(self._offset + self._place)
        count = self._file.write(data)
        self._place += count
        self._size = max(self._size, self._place)
        return count

    def truncate(self, size=None):
        self._size = self._place if size is None else size
        self._file.truncate(self._offset + self._size)
        return self._size

    def flush(self):
        self._file.flush()

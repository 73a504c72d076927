"""Files from the net, kept in a cache."""

import hashlib
import urllib.error
import urllib.request
from pathlib import Path

from keras import config
from keras.utils.archives import unpack
from keras.utils.atomic import is_disk_full, replacing
from keras.utils.progress import Progbar, report

# Seconds without an answer after which a download is given up.
_TIMEOUT = 30.0
_CHUNK = 2**16


def get_file(
    fname,
    origin,
    untar=False,
    md5_hash=None,
    file_hash=None,
    cache_subdir="datasets",
    hash_algorithm="auto",
    extract=False,
    archive_format="auto",
    cache_dir=None,
):
    """Download a file, unless it is in the cache already.

    An interrupted download begins anew the next time; what a killed process left of it is removed then.

    Args:
        fname: the name to keep the file under. A whole path is taken as it is.
        origin: the file's address.
        untar: whether `fname` is a folder in a tar file; the file is kept as `fname` + ".tar.gz".
        md5_hash: the old name of `file_hash`.
        file_hash: the hash that the file should have, in hexadecimal digits; another file is downloaded anew.
        cache_subdir: the folder in the cache.
        hash_algorithm: "sha256", "md5" or "auto", which tells them by their length.
        extract: whether to unpack the file, a tar or zip file, beside itself.
        archive_format: "tar", "zip", a list of these, "auto" for both, or None for no archive.
        cache_dir: the cache; None: `$KERAS_HOME`, by default `~/.keras`.

    Returns:
        The path of the file, with `untar` that of the unpacked folder.

    Raises:
        ConnectionError: if the file cannot be downloaded.
        ValueError: if the downloaded file has another hash, or the archive holds something unsafe.

    Examples:
        >>> import tempfile
        >>> source = Path(tempfile.mkdtemp(), "numbers.txt")
        >>> _ = source.write_text("1 2 3")
        >>> path = get_file("numbers.txt", source.as_uri(), cache_dir=tempfile.mkdtemp())
        Downloading file://...
        5/5 [...
        >>> Path(path).read_text()
        '1 2 3'
    """
    folder = Path(cache_dir or config.home(), cache_subdir)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / fname
    path = target.with_name(f"{target.name}.tar.gz") if untar else target
    file_hash = file_hash or md5_hash
    # An unpacked folder is enough, also one that someone put there without the archive.
    if untar and target.is_dir() and not path.exists():
        return str(target)
    fresh = not _is_cached(path, file_hash, hash_algorithm)
    if fresh:
        _download(origin, path, file_hash, hash_algorithm)
    if untar:
        if fresh or not target.exists():
            unpack(path, path.parent, "tar")
    elif extract:
        unpack(path, path.parent, archive_format, again=fresh)
    return str(target)


def _is_cached(path, file_hash, algorithm):
    if not path.exists():
        return False
    if file_hash is None or validate_file(path, file_hash, algorithm):
        return True
    report(f"{path} does not have the hash {file_hash}: it is downloaded again.")
    return False


def _download(origin, path, file_hash, algorithm):
    """Write what stands at an address to a file, in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    report(f"Downloading {origin}")
    with replacing(path) as part:
        with open(part, "wb") as file:
            _copy(origin, path, file)
        if file_hash is not None and not validate_file(part, file_hash, algorithm):
            found = _hash_file(part, _algorithm(file_hash, algorithm))
            raise ValueError(
                f"The file from {origin} has the hash {found}, but {file_hash} is expected: it is not kept. "
                "Try again, or see whether the address is right."
            )


def _copy(origin, path, file):
    try:
        with urllib.request.urlopen(origin, timeout=_TIMEOUT) as answer:
            size = answer.headers.get("Content-Length")
            size = int(size) if size is not None and size.isdigit() else None
            bar = Progbar(size, unit_name="byte")
            while chunk := answer.read(_CHUNK):
                file.write(chunk)
                bar.add(len(chunk))
            bar.close()
            if size is not None and bar.seen != size:
                raise ConnectionError(f"only {bar.seen} of {size} bytes came")
    except OSError as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        if is_disk_full(error):
            raise
        raise ConnectionError(
            f"{path.name} could not be downloaded from {origin}: {error}. It is looked for in {path.parent}: without a "
            f"connection, put it there under the name {path.name}."
        ) from error


def validate_file(fpath, file_hash, algorithm="auto", chunk_size=65535):
    """Return whether a file has a hash.

    Args:
        fpath: the file's path.
        file_hash: the hash, in hexadecimal digits.
        algorithm: "sha256", "md5" or "auto", which tells them by their length.
        chunk_size: bytes to read at a time.
    """
    found = _hash_file(fpath, _algorithm(file_hash, algorithm), chunk_size)
    return found == str(file_hash).lower()


def _algorithm(file_hash, algorithm):
    if algorithm not in ("auto", "sha256", "md5"):
        raise ValueError(f"hash_algorithm should be 'auto', 'sha256' or 'md5', got {algorithm!r}.")
    if algorithm == "auto":
        return "sha256" if len(file_hash) == 64 else "md5"
    return algorithm


def _hash_file(fpath, algorithm="sha256", chunk_size=65535):
    """Return a file's hash in hexadecimal digits."""
    hasher = hashlib.new("md5" if algorithm == "md5" else "sha256", usedforsecurity=False)
    with open(fpath, "rb") as file:
        while chunk := file.read(chunk_size):
            hasher.update(chunk)
    return hasher.hexdigest()

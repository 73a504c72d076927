"""The heaps of an HDF5 file, where texts of any length lie: HDF5 does not come to an end on some damaged ones.

So they are looked at before HDF5 reads from them. Format: "Global Heap", in the HDF5 File Format Specification.
"""

import mmap

import h5py

_HEAP = b"GCOL\x01\x00\x00\x00"
_SIGNATURE, _HEADER, _OBJECT, _SIZE = len(_HEAP), 16, 16, 8
# Files up to this size are looked through whole, larger ones but for the data of their datasets.
_SMALL = 4 << 20


def check(raw, file, name, start=0, size=None):
    """Check that the heaps of an HDF5 file are in order.

    Args:
        raw: a file opened for reading bytes.
        file: the same as an h5py.File.
        name: what messages call it.
        start, size: where in `raw` the HDF5 file lies; by default it is all of it.

    Raises:
        ValueError: if a heap is damaged.
    """
    with mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as data:
        end = len(data) if size is None else start + size
        ranges = [] if end - start <= _SMALL else _ranges(file)
        ranges = [(max(start + a, start), min(start + b, end)) for a, b in sorted(ranges)]
        for first, last in _gaps(ranges, start, end):
            place = data.find(_HEAP, first, min(last + _SIGNATURE, end))
            while place >= 0:
                if not _is_in_order(data, place, end):
                    raise ValueError(
                        f"{name!r} is damaged: a heap of texts is. Is the file complete?"
                    )
                place = data.find(_HEAP, place + 1, min(last + _SIGNATURE, end))


def _ranges(file):
    """Return (first, after the last) byte of the data of all datasets that lie in one piece."""
    # Without h5py's objects for groups and datasets, which take three times as long to make.
    found, seen, groups = [], set(), [file.id]
    while groups:
        group = groups.pop()
        for name in group:
            if group.links.get_info(name).type != h5py.h5l.TYPE_HARD:
                continue
            member = h5py.h5o.open(group, name)
            if isinstance(member, h5py.h5d.DatasetID) and member.get_offset() is not None:
                found.append((member.get_offset(), member.get_offset() + member.get_storage_size()))
            elif isinstance(member, h5py.h5g.GroupID):
                address = h5py.h5o.get_info(member).addr
                groups += [member] if address not in seen else []
                seen.add(address)
    return found


def _gaps(ranges, start, end):
    """Yield what lies between ranges that are sorted."""
    for first, last in ranges:
        if first > start:
            yield start, first
        start = max(start, last)
    if start < end:
        yield start, end


def _is_in_order(data, place, end):
    """Return whether the objects of a heap fill it one after the other."""
    size = _number(data, place + _SIGNATURE, _SIZE)
    stop = place + size
    if size < _HEADER or stop > end:
        return False
    place += _HEADER
    while stop - place >= _OBJECT:
        index, length = _number(data, place, 2), _number(data, place + 8, _SIZE)
        # Object 0 is the space that is left, its header included.
        taken = length if index == 0 else _OBJECT + -(-length // 8) * 8
        if not _OBJECT <= taken <= stop - place:
            return False
        place += taken
    return True


def _number(data, place, size):
    return int.from_bytes(data[place : place + size], "little")

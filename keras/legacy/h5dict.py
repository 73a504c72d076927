"""h5dict: an HDF5 file or a dict, behind one interface of nested groups."""

import os

import h5py
import numpy as np

from keras.saving.hdf5 import has_names, read_names, write_names


class h5dict:
    """A dict of arrays, texts, numbers, lists of texts and further such dicts, kept in an HDF5 file or a Python dict.

    Texts come back as they were given, lists of texts as lists of bytes, which is how files hold them.

    Args:
        path: the path of a file, an open `h5py.File` or group, or a dict.
        mode: how to open the file, as for `h5py.File`.

    Raises:
        TypeError: for something else.

    Examples:
        >>> store = h5dict({})
        >>> store["layer"]["kernel"] = np.ones(2)
        >>> store["names"] = ["kernel", "bias"]
        >>> len(store), store["layer"]["kernel"].tolist(), store["names"]
        (2, [1.0, 1.0], [b'kernel', b'bias'])
    """

    def __init__(self, path, mode="a"):
        self._opened = None
        if isinstance(path, str | os.PathLike):
            self._opened = path = h5py.File(path, mode)
        elif not isinstance(path, h5py.Group | dict):
            raise TypeError(
                f"h5dict takes a path, an h5py group or a dict, got {type(path).__name__}."
            )
        self.data = path

    @property
    def _is_file(self):
        return isinstance(self.data, h5py.Group)

    def __setitem__(self, attr, val):
        """Keep an array, a text, a number or a list of texts.

        Raises:
            KeyError: if an array or a group of that name is there: it is not replaced.
        """
        is_kept = attr in self.data and isinstance(self[attr], np.ndarray | h5dict)
        if is_kept:
            raise KeyError(
                f"h5dict: {attr!r} is there already and is not replaced; choose another name."
            )
        if isinstance(val, list | tuple) and all(isinstance(item, str | bytes) for item in val):
            val = [item if isinstance(item, bytes) else item.encode("utf8") for item in val]
        if not self._is_file:
            self.data[attr] = val
        elif isinstance(val, list) and val and isinstance(val[0], bytes):
            write_names(self.data, attr, [item.decode("utf8") for item in val])
        elif isinstance(val, np.ndarray):
            self.data.create_dataset(attr, data=val)
        else:
            self.data.attrs[attr] = np.bytes_(val) if isinstance(val, bytes) else val

    def __getitem__(self, attr):
        """Return what is kept under a name; a group, which is made, if there is nothing."""
        if not self._is_file:
            found = self.data.setdefault(attr, {})
            return h5dict(found) if isinstance(found, dict) else found
        if attr in self.data.attrs:
            found = self.data.attrs[attr]
            return found.tolist() if isinstance(found, np.ndarray) else found
        if has_names(self.data, attr):
            return [name.encode("utf8") for name in read_names(self.data, attr)]
        found = self.data[attr] if attr in self.data else self.data.create_group(attr)
        return h5dict(found) if isinstance(found, h5py.Group) else np.asarray(found)

    def get(self, key, default=None):
        """Return what is kept under a name, the default if nothing is."""
        if key not in self:
            return default
        return self[key]

    def __contains__(self, key):
        return key in self.data or (self._is_file and has_names(self.data, key))

    def __len__(self):
        return len(self.data)

    def __iter__(self):
        return iter(self.data)

    def iter(self):
        """Return an iterator over the names."""
        return iter(self)

    def update(self, *args):
        """Keep all of a dict, or of pairs of names and values."""
        for name, value in dict(*args).items():
            self[name] = value

    def close(self):
        """Close the file, if this object opened it."""
        if self._opened is not None:
            self._opened.close()

"""DataFrameIterator: batches of augmented images whose paths and targets stand in a table."""

import os
import warnings

import numpy as np

from keras import config
from keras.preprocessing.image.batch import part
from keras.preprocessing.image.files import FilesIterator
from keras.preprocessing.image.pictures import check_choice

CLASS_MODES = ("binary", "categorical", "input", "multi_output", "raw", "sparse", None)


class DataFrameIterator(FilesIterator):
    """Batches of augmented images whose paths and targets stand in a table.

    Args:
        dataframe: a pandas `DataFrame`.
        directory: the folder that the paths start from; None: they are whole.
        image_data_generator: the `ImageDataGenerator` that changes the images.
        x_col: the column of the paths.
        y_col: the column of the targets, or a list of columns.
        weight_col: the column of sample weights, or None.
        target_size: `(height, width)` that all images get.
        color_mode: "rgb", "rgba" or "grayscale".
        classes: a list of the classes to use, in the order of their numbers; None: all, sorted.
        class_mode: the form of the targets: "binary" or "sparse" for numbers of classes, "categorical" for one-hot
            vectors of classes or of lists of classes, "raw" for the values of the columns, "multi_output" for a list
            with an array for each column, "input" for the images themselves, None for no targets.
        batch_size, shuffle, seed: as for `Iterator`.
        data_format: "channels_last" or "channels_first".
        save_to_dir, save_prefix, save_format, subset, interpolation, dtype: as for `DirectoryIterator`.
        validate_filenames: whether to look if the files exist, and leave out those that do not.

    Attributes:
        class_indices: `{class: number}`, in the modes that have classes.
        filenames: the paths of the images, as in the table.
        samples: their number.

    Raises:
        TypeError: if a column holds values that the class mode cannot use.
        ValueError: if an argument has no known value.
    """

    allowed_class_modes = set(CLASS_MODES)

    def __init__(
        self,
        dataframe,
        directory=None,
        image_data_generator=None,
        x_col="filename",
        y_col="class",
        weight_col=None,
        target_size=(256, 256),
        color_mode="rgb",
        classes=None,
        class_mode="categorical",
        batch_size=32,
        shuffle=True,
        seed=None,
        data_format="channels_last",
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        subset=None,
        interpolation="nearest",
        dtype=None,
        validate_filenames=True,
    ):
        check_choice("class_mode", class_mode, CLASS_MODES)
        self.set_processing_attrs(
            image_data_generator,
            target_size,
            color_mode,
            data_format,
            save_to_dir,
            save_prefix,
            save_format,
            subset,
            interpolation,
        )
        self.directory = directory or ""
        self.class_mode = class_mode
        self.dtype = dtype or config.floatx()
        columns = _Columns(dataframe, x_col, y_col, weight_col, class_mode)
        if class_mode in ("binary", "categorical", "sparse"):
            columns.keep_classes(classes)
            self.class_indices = {name: number for number, name in enumerate(columns.classes)}
        if validate_filenames:
            columns.keep_files(self.directory, self.white_list_formats)
        split = image_data_generator._validation_split if image_data_generator else 0
        columns.keep(range(len(columns.paths))[part(len(columns.paths), subset, split)])
        self._take(columns)
        self._report(validate_filenames)
        super().__init__(self.samples, batch_size, shuffle, seed)

    def _take(self, columns):
        self.filenames = columns.paths
        self.samples = len(self.filenames)
        self._filepaths = [os.path.join(self.directory, name) for name in self.filenames]
        self._sample_weight = None if columns.weights is None else np.array(columns.weights)
        if self.class_mode in ("binary", "categorical", "sparse"):
            self.classes = columns.numbers(self.class_indices)
        elif self.class_mode == "multi_output":
            self._targets_raw = [np.array(values) for values in zip(*columns.targets, strict=True)]
        elif self.class_mode == "raw":
            self._targets_raw = np.array(columns.targets)

    def _report(self, validated):
        files = "validated image filenames" if validated else "non-validated image filenames"
        classes = getattr(self, "class_indices", None)
        tail = "" if classes is None else f" belonging to {len(classes)} classes"
        print(f"Found {self.samples} {files}{tail}.")

    @property
    def filepaths(self):
        """The paths of the images."""
        return self._filepaths

    @property
    def labels(self):
        """The class numbers; in the modes "raw" and "multi_output" the values of the columns."""
        return self.classes if hasattr(self, "class_indices") else self._targets_raw

    @property
    def sample_weight(self):
        """The sample weights, or None."""
        return self._sample_weight


class _Columns:
    """The paths, targets and weights of a table, row by row, as lists."""

    def __init__(self, table, x_col, y_col, weight_col, class_mode):
        self.x_col, self.y_col = x_col, y_col
        self.paths = list(table[x_col])
        self.weights = None if weight_col is None else list(table[weight_col])
        self.targets = None
        for path in self.paths:
            if not isinstance(path, str | os.PathLike):
                raise TypeError(f"x_col={x_col!r} should hold paths, it holds {path!r}.")
        if class_mode == "multi_output" and not isinstance(y_col, list | tuple):
            raise TypeError(
                f"class_mode='multi_output' needs a list of columns as y_col, got {y_col!r}."
            )
        if class_mode not in ("input", None):
            many = isinstance(y_col, list | tuple)
            self.targets = (
                list(zip(*(table[name] for name in y_col), strict=True))
                if many
                else list(table[y_col])
            )
        if class_mode in ("binary", "categorical", "sparse"):
            self._check_classes(class_mode)

    def _check_classes(self, class_mode):
        kinds = str | list | tuple if class_mode == "categorical" else str
        for target in self.targets:
            if not isinstance(target, kinds):
                raise TypeError(
                    f"class_mode={class_mode!r} needs names of classes, but y_col={self.y_col!r} holds {target!r}. "
                    "Turn the column into text, or use class_mode='raw'."
                )

    def keep(self, rows):
        """Keep only the given rows."""
        for name in ("paths", "targets", "weights"):
            values = getattr(self, name)
            if values is not None:
                setattr(self, name, [values[row] for row in rows])

    def keep_classes(self, classes):
        """Keep the rows of the given classes, of lists of classes the given ones; None: all."""
        names = {name for target in self.targets for name in _as_list(target)}
        self.classes = list(dict.fromkeys(classes)) if classes else sorted(names)
        wanted = set(self.classes)
        self.targets = [
            target if isinstance(target, str) else [name for name in target if name in wanted]
            for target in self.targets
        ]
        self.keep([i for i, t in enumerate(self.targets) if t and wanted.issuperset(_as_list(t))])

    def keep_files(self, directory, formats):
        """Keep the rows whose file is an image that exists."""
        endings = tuple(f".{ending}" for ending in formats)
        paths = [os.path.join(directory, path) for path in self.paths]
        rows = [
            row
            for row, path in enumerate(paths)
            if path.lower().endswith(endings) and os.path.isfile(path)
        ]
        if lost := len(paths) - len(rows):
            example = next(path for row, path in enumerate(paths) if row not in set(rows))
            warnings.warn(
                f"{lost} of {len(paths)} paths in x_col={self.x_col!r} are no image files and are left out, such as "
                f"{example!r}.",
                stacklevel=4,
            )
        self.keep(rows)

    def numbers(self, class_indices):
        """Return the class number, or the list of class numbers, of each row."""
        return [
            class_indices[t] if isinstance(t, str) else [class_indices[name] for name in t]
            for t in self.targets
        ]


def _as_list(target):
    return [target] if isinstance(target, str) else target

"""CSVLogger: one line of a table for each epoch."""

import csv
import io
import os
import warnings
from collections.abc import Iterable

from keras.callbacks.base import Callback
from keras.utils.logs import as_logs, plain

_MISSING = "NA"


class CSVLogger(Callback):
    """Writes the logs of each epoch as a line of a CSV file, at once.

    The columns are `epoch` (from 0) and the sorted names of the first epoch's logs, or those of the
    file that is appended to. A value that an epoch does not have is `NA`.

    Args:
        filename: the file's path.
        separator: the text between two values.
        append: True adds to an existing file under its one header; False replaces it.

    Examples:
        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "log.csv")
        >>> logger = CSVLogger(path)
        >>> logger.on_train_begin()
        >>> logger.on_epoch_end(0, {"loss": 0.5, "acc": 0.75})
        >>> with open(path) as file:
        ...     print(file.read())
        epoch,acc,loss
        0,0.75,0.5
    """

    def __init__(self, filename, separator=",", append=False):
        super().__init__()
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self.keys = None
        self._warned = False

    def on_train_begin(self, logs=None):
        """Make the file ready: read its header to append to it, or empty it."""
        self._warned = False
        self.keys = self._existing_keys() if self.append else None
        if not self.append:
            open(self.filename, "w").close()
        elif self.keys is not None and not _ends_a_line(self.filename):
            self._write("\n")

    def on_epoch_end(self, epoch, logs=None):
        """Write the epoch's line."""
        logs = as_logs(logs)
        rows = []
        if self.keys is None:
            self.keys = sorted(logs)
            rows.append(["epoch", *self.keys])
        self._warn_of_new(logs)
        rows.append([epoch, *(_cell(logs.get(key, _MISSING)) for key in self.keys)])
        self._write("".join(map(self._line, rows)))

    def get_state(self):
        """The columns, and what the file holds."""
        try:
            with open(self.filename, newline="", encoding="utf-8") as file:
                return {"keys": self.keys, "text": file.read()}
        except FileNotFoundError:
            return {"keys": self.keys, "text": ""}

    def set_state(self, state):
        """Put the file back to what it was, so that an epoch that is run again is not there twice."""
        self.keys = state["keys"]
        with open(self.filename, "w", newline="", encoding="utf-8") as file:
            file.write(state["text"])

    def _line(self, row):
        text = io.StringIO()
        csv.writer(text, delimiter=self.sep, lineterminator="\n").writerow(row)
        return text.getvalue()

    def _write(self, text):
        """Add to the file; it is open only for that, so that whatever ends a run loses nothing."""
        with open(self.filename, "a", newline="", encoding="utf-8") as file:
            file.write(text)

    def _existing_keys(self):
        """The columns of the file to append to; None if there is no header yet."""
        try:
            with open(self.filename, newline="", encoding="utf-8") as file:
                header = next(csv.reader(file, delimiter=self.sep), None)
        except FileNotFoundError:
            return None
        if header and header[0] != "epoch":
            raise ValueError(
                f"CSVLogger: the first line of {self.filename!r} is {header}, but a column 'epoch' "
                f"(separator {self.sep!r}) was expected. Give append=False or another file."
            )
        return header[1:] if header else None

    def _warn_of_new(self, logs):
        known = as_logs(dict.fromkeys(self.keys))
        new = [name for name in logs if name not in known]
        if new and not self._warned:
            self._warned = True
            warnings.warn(
                f"CSVLogger: {self.filename!r} has no column for {', '.join(new)}; the columns are "
                f"those of its first epoch ({', '.join(self.keys)}). Use another file.",
                RuntimeWarning,
                stacklevel=3,
            )


def _cell(value):
    value = plain(value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return f"[{', '.join(str(plain(item)) for item in value)}]"
    return value


def _ends_a_line(filename):
    """Whether the file's last line is complete: a killed run may have left half of one."""
    with open(filename, "rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() in (b"\n", b"\r")

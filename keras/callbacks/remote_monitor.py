"""RemoteMonitor: tells a server about each epoch."""

import json
import urllib.error
import urllib.parse
import urllib.request
import warnings

from keras.callbacks.base import Callback
from keras.utils.logs import as_logs, plain

_SECONDS = 10


class RemoteMonitor(Callback):
    """Sends the logs of each epoch to a server, as an HTTP POST request.

    A server that cannot be reached or answers with an error gives a warning, and training goes on.

    Args:
        root: the server's address.
        path: where on it.
        field: the name of the form field that holds the logs as JSON.
        headers: a dict of more HTTP headers.
        send_as_json: whether the request's body is the JSON itself, not a form.

    Examples:
        >>> RemoteMonitor(root="http://localhost:8000").url
        'http://localhost:8000/publish/epoch/end/'
    """

    def __init__(
        self,
        root="http://localhost:9000",
        path="/publish/epoch/end/",
        field="data",
        headers=None,
        send_as_json=False,
    ):
        super().__init__()
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    @property
    def url(self):
        """The address that requests go to."""
        return self.root + self.path

    def on_epoch_end(self, epoch, logs=None):
        """Send the epoch's number and logs."""
        content = json.dumps({"epoch": epoch, **{k: plain(v) for k, v in as_logs(logs).items()}})
        if self.send_as_json:
            body, kind = content, "application/json"
        else:
            body = urllib.parse.urlencode({self.field: content})
            kind = "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind, **(self.headers or {})}
        request = urllib.request.Request(self.url, body.encode("utf8"), headers, method="POST")
        try:
            urllib.request.urlopen(request, timeout=_SECONDS).close()
        except (urllib.error.URLError, OSError) as error:
            warnings.warn(
                f"RemoteMonitor could not tell {self.url} about epoch {epoch + 1}: {error}. Start the server there, or "
                "give another root and path.",
                RuntimeWarning,
                stacklevel=2,
            )

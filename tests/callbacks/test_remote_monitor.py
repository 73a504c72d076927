"""RemoteMonitor against a server on this machine."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import numpy as np
import pytest

from keras.callbacks import RemoteMonitor
from keras.layers import Dense
from keras.models import Sequential


@pytest.fixture
def server():
    """A server that keeps the requests it gets: (path, headers, body)."""

    class Keep(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.server.kept.append((self.path, self.headers, body))
            self.send_response(self.server.status)
            self.end_headers()

        def log_message(self, *args):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Keep)
    server.kept, server.status = [], 200
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def root(server):
    """The server's address."""
    return f"http://127.0.0.1:{server.server_port}"


def test_each_epoch_is_sent_as_a_form(server):
    model = Sequential([Dense(1, input_dim=2)])
    model.compile("sgd", "mse", metrics=["mae"])
    monitor = RemoteMonitor(root(server), headers={"X-Run": "seven"})
    data = np.ones((4, 2)), np.ones((4, 1))
    history = model.fit(*data, epochs=2, verbose=0, callbacks=[monitor]).history
    assert [path for path, _, _ in server.kept] == ["/publish/epoch/end/"] * 2
    for epoch, (_, headers, body) in enumerate(server.kept):
        (text,) = parse_qs(body)["data"]
        logs = json.loads(text)
        assert logs["epoch"] == epoch
        assert (logs["loss"], logs["mae"]) == (history["loss"][epoch], history["mae"][epoch])
        assert headers["X-Run"] == "seven"


def test_json(server):
    monitor = RemoteMonitor(root(server), "/runs", send_as_json=True)
    monitor.on_epoch_end(4, {"loss": np.float32(0.5), "lr": np.array(0.25)})
    ((path, headers, body),) = server.kept
    assert (path, headers["Content-Type"]) == ("/runs", "application/json")
    assert json.loads(body) == {"epoch": 4, "loss": 0.5, "lr": 0.25}


def test_a_server_that_fails_is_a_warning(server):
    server.status = 500
    with pytest.warns(RuntimeWarning, match="could not tell .* about epoch 1: HTTP Error 500"):
        RemoteMonitor(root(server)).on_epoch_end(0, {})
    with pytest.warns(RuntimeWarning, match=r"about epoch 3: .*[Rr]efused"):
        RemoteMonitor("http://127.0.0.1:9").on_epoch_end(2, {})

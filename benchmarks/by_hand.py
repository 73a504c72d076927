"""Workloads written by hand in plain PyTorch, without any Keras: `python benchmarks/by_hand.py lstm`.

They do what the functions of the same names in workloads.py do, and print the same line of JSON.
"""

import json
import statistics
import sys
import time

import torch
import workloads
from torch import nn


class LastOutput(nn.Module):
    """An LSTM's output at the last time."""

    def __init__(self, features, units):
        super().__init__()
        self.lstm = nn.LSTM(features, units, batch_first=True)

    def forward(self, x):
        return self.lstm(x)[0][:, -1]


def lstm():
    words, y = map(torch.from_numpy, workloads.texts(32 * 25))
    head = [nn.Embedding(20000, 128), LastOutput(128, 128), nn.Linear(128, 1)]
    seconds = train(nn.Sequential(*head), nn.BCEWithLogitsLoss(), words, y, 32, epochs=6)
    return 1e3 * statistics.median(seconds[2:]) / 25


def mlp():
    x, y = map(torch.from_numpy, workloads.digits(128 * 150))
    layers = [nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)]
    seconds = train(nn.Sequential(*layers), nn.CrossEntropyLoss(), x, y.long(), 128, epochs=6)
    return 1e3 * statistics.median(seconds[2:]) / 150


def train(model, loss_of, x, y, batch_size, epochs):
    """Train with Adam on shuffled batches, return the seconds of each epoch."""
    optimizer = torch.optim.Adam(model.parameters(), eps=1e-7)
    seconds, begun = [], time.perf_counter()
    for _ in range(epochs):
        start = time.perf_counter()
        for rows in torch.randperm(len(x)).split(batch_size):
            optimizer.zero_grad()
            loss_of(model(x[rows]), y[rows]).backward()
            optimizer.step()
        seconds.append(time.perf_counter() - start)
        workloads.NOTES.setdefault("first_epoch", time.perf_counter() - begun)
    return seconds


WORKLOADS = {"lstm": lstm, "mlp": mlp}

if __name__ == "__main__":
    value = WORKLOADS[sys.argv[1]]()
    found = {"value": value, "memory": workloads.memory_peak(), **workloads.NOTES}
    print(json.dumps({**found, "versions": {"torch": torch.__version__}}))

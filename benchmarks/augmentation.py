"""Times the augmentation of photos by this library and by Keras-Preprocessing 1.1.2, in turns, on one core.

python benchmarks/augmentation.py --peer PYTHON

PYTHON is that of an environment with Keras-Preprocessing==1.1.2, 'numpy<2', SciPy and Pillow. Each round times every
case in a fresh process of each library; the best round counts.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import numpy as np

CASES = {
    "none": {},
    "flip": {"horizontal_flip": True},
    "shift": {"width_shift_range": 0.2, "height_shift_range": 0.2},
    "zoom": {"zoom_range": 0.3},
    "rotation": {"rotation_range": 30},
    "all geometry": {
        "rotation_range": 40,
        "width_shift_range": 0.2,
        "height_shift_range": 0.2,
        "shear_range": 0.2,
        "zoom_range": 0.2,
        "horizontal_flip": True,
        "rescale": 1 / 255,
    },
    "all geometry, reflect": {
        "rotation_range": 40,
        "shear_range": 10,
        "zoom_range": 0.2,
        "fill_mode": "reflect",
    },
    "colors": {"brightness_range": (0.5, 1.5), "channel_shift_range": 30.0},
}
COUNT, SIZE = 32, 224


def time_cases(image):
    """Return milliseconds a photo, by case."""
    photos = np.random.RandomState(0).uniform(0, 255, (COUNT, SIZE, SIZE, 3)).astype("float32")
    times = {}
    for name, settings in CASES.items():
        flow = image.ImageDataGenerator(**settings).flow(photos, batch_size=COUNT, seed=1)
        next(flow)
        start = perf_counter()
        for _ in range(2):
            next(flow)
        times[name] = (perf_counter() - start) / (2 * COUNT) * 1000
    return times


def measure(python, module):
    """Return the times of `time_cases` in a process of its own with one thread."""
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    root = str(Path(__file__).resolve().parent.parent)
    if module.startswith("keras."):
        env["PYTHONPATH"] = root
    result = subprocess.run(
        [python, __file__, "--run", module], env=env, capture_output=True, text=True, check=True
    )
    return json.loads(result.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", help="the other environment's Python")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--run", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        module = __import__(options.run, fromlist=["ImageDataGenerator"])
        print(json.dumps(time_cases(module)))
        return
    rounds = []
    for _ in range(options.rounds):
        ours = measure(sys.executable, "keras.preprocessing.image")
        theirs = measure(options.peer, "keras_preprocessing.image") if options.peer else {}
        rounds.append((ours, theirs))
    print(f"{'ms a photo of 224x224':24} {'keras':>8} {'1.1.2':>8} {'ratio':>7}")
    for name in CASES:
        ours = min(each[0][name] for each in rounds)
        theirs = min(each[1].get(name, float("nan")) for each in rounds)
        print(f"{name:24} {ours:8.2f} {theirs:8.2f} {theirs / ours:6.1f}x")


if __name__ == "__main__":
    main()

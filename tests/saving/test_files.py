"""Files are replaced whole: killed processes, full disks, errors and odd paths."""

import errno
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
import zipfile

import h5py
import numpy as np
import pytest

from keras import models
from keras.saving import files
from keras.utils import atomic
from keras.utils.atomic import replacing


def write(path, content):
    with replacing(path) as new, open(new, "w") as file:
        file.write(content)


def test_the_new_file_takes_the_old_ones_place(tmp_path):
    path = tmp_path / "file"
    write(path, "old")
    os.chmod(path, 0o640)
    write(path, "new")
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["file"]
    assert path.stat().st_mode & 0o777 == 0o640


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file"
    write(path, "old")
    with pytest.raises(RuntimeError, match="half way"), replacing(path) as new:
        with open(new, "w") as file:
            file.write("half")
        raise RuntimeError("half way")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["file"]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write(tmp_path / "link", "content")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text() == "content"


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*missing"):
        write(tmp_path / "missing" / "file", "")


def test_a_folder_is_not_replaced(tmp_path):
    with pytest.raises(IsADirectoryError, match="it is a folder"):
        write(tmp_path, "")


def test_what_a_dead_process_left_is_removed_and_what_a_living_one_writes_is_not(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    prefix = atomic._prefix("file")
    left, other = f"{prefix}{int(done.stdout)}.00000000.tmp", f"{prefix}{os.getppid()}.00000000.tmp"
    (tmp_path / left).touch()
    (tmp_path / other).touch()
    write(tmp_path / "file", "content")
    assert sorted(os.listdir(tmp_path)) == sorted([other, "file"])


# ------------------------------------------------------------------ full disks
def full(*arguments, **keywords):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("where", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_says_so(where, model, tmp_path, monkeypatch):
    path = tmp_path / "model.h5"
    model.save(path)
    before = path.read_bytes()
    monkeypatch.setattr(os, where, full)
    with pytest.raises(OSError, match=r"The disk is full: .*model\.h5.*untouched") as caught:
        model.save(path)
    assert caught.value.errno == errno.ENOSPC
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["model.h5"]


def test_a_disk_that_is_full_while_hdf5_writes(model, tmp_path, monkeypatch):
    path = tmp_path / "model.h5"
    model.save(path)
    before = path.read_bytes()
    text = "Can't write data (file write failed: errno = 28, error message = 'No space left')"

    def fail(*arguments, **keywords):
        raise OSError(text)

    monkeypatch.setattr(h5py.Group, "create_dataset", fail)
    with pytest.raises(OSError, match="The disk is full"):
        model.save(path)
    assert path.read_bytes() == before


REAL_DISK = """
    import sys, warnings
    import numpy as np
    from keras import layers, models

    path = sys.argv[1]
    model = models.Sequential([layers.Dense(256, input_dim=256)])
    model.save(path)
    before = open(path, "rb").read()
    big = models.Sequential([layers.Dense(2048, input_dim=2048)])
    try:
        big.save(path)
    except OSError as error:
        assert "The disk is full" in str(error), error
    else:
        raise SystemExit("it fits, and should not")
    assert open(path, "rb").read() == before
    print("untouched")
"""


def test_a_disk_that_is_really_full(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("only root can mount a small disk")
    try:
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(REAL_DISK), str(disk / "model.h5")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout == "untouched\n", done.stderr
        assert os.listdir(disk) == ["model.h5"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


# ------------------------------------------------------------------ killed processes
KILLS = 200

# One process holds the model and forks a saver for each kill: a fork takes a moment, an import seconds.
SAVER = """
    import os, signal, sys, warnings
    import numpy as np
    from keras import layers, models

    warnings.simplefilter("ignore")
    model = models.Sequential([layers.Dense(64, input_dim=64, name="d")])
    model.save(sys.argv[1])
    for line in sys.stdin:
        number = int(line)
        child = os.fork()
        if not child:
            while True:
                number += 1
                model.layers[0].set_weights([np.full((64, 64), number), np.full(64, number)])
                model.save(sys.argv[1])
        print(child, flush=True)
        os.waitpid(child, 0)
        print("dead", flush=True)
"""


def test_a_killed_save_loses_nothing(tmp_path):
    path = tmp_path / "model.h5"
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SAVER), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    moments, last, changed = random.Random(0), -1.0, 0
    window = 0.05
    with process:
        for kill in range(KILLS):
            process.stdin.write(f"{kill * 10_000}\n")
            process.stdin.flush()
            child = int(process.stdout.readline())
            time.sleep(moments.uniform(0.0, window))
            os.kill(child, signal.SIGKILL)
            assert process.stdout.readline() == "dead\n"
            value = only_value_in(path)
            assert value == last or value > kill * 10_000, "the last complete file is there"
            # On a busy machine a save takes longer: about half of the kills shall come after a first one.
            window *= 1.1 if value == last else 0.92
            changed += value != last
            last = value
        process.stdin.close()
    assert changed > KILLS // 10, "savers were killed after saves as well as within them"
    assert len(os.listdir(tmp_path)) <= 2, "at most one unfinished file is left"


def only_value_in(path):
    """The number that all weights of a complete file share; -1 for the first one."""
    with h5py.File(path) as file:
        group = file["model_weights/d/d"]
        kernel, bias = np.array(group["kernel:0"]), np.array(group["bias:0"])
        assert "training_state" not in file.attrs
    if kernel.std() and not bias.any():
        return -1.0
    values = {*np.unique(kernel), *np.unique(bias)}
    assert len(values) == 1, "not a mixture of two saves"
    return values.pop()


# ------------------------------------------------------------------ kinds and overwriting
def test_a_file_is_told_by_what_is_in_it(model, tmp_path):
    contents = {
        "empty": b"",
        "zip": b"PK\x03\x04rest",
        "json": b' {"a": 1}',
        "safetensors": (2).to_bytes(8, "little") + b"{}",
        "unknown": b"anything else",
    }
    for kind, content in contents.items():
        (tmp_path / kind).write_bytes(content)
        assert files.kind_of(tmp_path / kind) == kind
    model.save(tmp_path / "model")
    assert files.kind_of(tmp_path / "model") == "hdf5"
    assert files.kind_of(tmp_path) == "folder"
    with pytest.raises(FileNotFoundError, match="There is no file"):
        files.kind_of(tmp_path / "missing")


def test_hdf5_after_a_block_of_ones_own(tmp_path):
    with h5py.File(tmp_path / "file", "w", userblock_size=1024):
        pass
    assert files.kind_of(tmp_path / "file") == "hdf5"


@pytest.mark.parametrize("place", [512, 2048])
def test_an_archive_whose_weights_begin_where_hdf5_may_is_an_archive(model, tmp_path, place):
    model.save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    weights = members.pop("model.weights.h5")
    # The local headers of the filling and of the weights have 30 bytes each, and the names.
    filling = place - 30 - len("filling") - 30 - len("model.weights.h5")
    with zipfile.ZipFile(tmp_path / "n.keras", "w") as archive:
        archive.writestr("filling", bytes(filling))
        for name, data in {"model.weights.h5": weights, **members}.items():
            archive.writestr(name, data)
    assert (tmp_path / "n.keras").read_bytes().index(b"\x89HDF") == place
    found = models.load_model(tmp_path / "n.keras").get_weights()
    assert all(map(np.array_equal, found, model.get_weights()))


def test_overwriting_is_asked_for(model, tmp_path, monkeypatch):
    path = tmp_path / "model.h5"
    path.write_text("precious")
    answers = iter(["maybe", "n"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(answers))
    model.save(path, overwrite=False)
    assert path.read_text() == "precious"
    monkeypatch.setattr("builtins.input", lambda prompt: "y")
    model.save(path, overwrite=False)
    assert files.kind_of(path) == "hdf5"


def test_where_nobody_can_be_asked_nothing_is_overwritten(model, tmp_path, monkeypatch):
    path = tmp_path / "weights.h5"
    path.write_text("precious")

    def nobody(prompt):
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    with pytest.raises(FileExistsError, match="overwrite=True"):
        model.save_weights(path, overwrite=False)
    assert path.read_text() == "precious"

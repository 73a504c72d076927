"""get_file against a server on this machine, and archives made to hurt."""

import errno
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import threading
import uuid
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from keras.utils import files, get_file
from keras.utils.archives import unpack
from keras.utils.files import _hash_file, validate_file

CONTENT = bytes(range(256)) * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
MD5 = hashlib.md5(CONTENT).hexdigest()


def tar_of(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def zip_of(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


FILES = {
    "/data.bin": CONTENT,
    "/set.tar.gz": tar_of({"set/a.txt": b"a", "set/within/b.txt": b"b"}),
    "/set.zip": zip_of({"set/a.txt": b"a", "set/within/b.txt": b"b"}),
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path == "/cut.bin":
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT[:1000])
            return
        if self.path not in FILES:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(FILES[self.path])))
        self.end_headers()
        self.wfile.write(FILES[self.path])

    def log_message(self, *args):
        """Nothing on the terminal."""


@pytest.fixture(scope="module")
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def address(server):
    server.asked.clear()
    return f"http://127.0.0.1:{server.server_port}"


def test_a_file_is_downloaded_once(address, server, tmp_path, capsys):
    for _ in range(2):
        path = get_file("kept.bin", f"{address}/data.bin", file_hash=SHA256, cache_dir=tmp_path)
    assert Path(path) == tmp_path / "datasets" / "kept.bin"
    assert Path(path).read_bytes() == CONTENT
    assert server.asked == ["/data.bin"]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"Downloading {address}/data.bin"
    assert lines[1].startswith("256000/256000 [====")


def test_the_cache_is_keras_home(address, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    path = get_file("data.bin", f"{address}/data.bin", cache_subdir="models")
    assert Path(path) == tmp_path / "models" / "data.bin"


@pytest.mark.parametrize(
    "hashes", [{"file_hash": SHA256}, {"md5_hash": MD5}, {"file_hash": MD5.upper()}]
)
def test_a_file_with_another_hash_is_downloaded_again(address, server, tmp_path, capsys, hashes):
    (tmp_path / "data.bin").write_bytes(b"old")
    rest = {"cache_dir": tmp_path, "cache_subdir": "", **hashes}
    path = get_file("data.bin", f"{address}/data.bin", **rest)
    assert Path(path).read_bytes() == CONTENT
    assert "it is downloaded again" in capsys.readouterr().out


def test_a_download_with_another_hash_is_not_kept(address, tmp_path):
    with pytest.raises(ValueError, match=rf"has the hash {SHA256}, but {'0' * 64} is expected"):
        get_file("data.bin", f"{address}/data.bin", file_hash="0" * 64, cache_dir=tmp_path)
    assert list((tmp_path / "datasets").iterdir()) == []


@pytest.mark.parametrize(("name", "why"), [("cut.bin", "only 1000 of 256000"), ("no.bin", "404")])
def test_a_download_that_fails_leaves_nothing(address, tmp_path, name, why):
    with pytest.raises(ConnectionError, match=why) as caught:
        get_file(name, f"{address}/{name}", cache_dir=tmp_path)
    for part in (name, f"{address}/{name}", str(tmp_path / "datasets")):
        assert part in str(caught.value)
    assert list((tmp_path / "datasets").iterdir()) == []


def test_a_killed_download_begins_anew_and_leaves_nothing(address, tmp_path):
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    left = tmp_path / "datasets" / f".data.bin.{uuid.getnode():x}.{ended.pid}.0123abcd.tmp"
    left.parent.mkdir()
    left.write_bytes(CONTENT[:100])
    path = get_file("data.bin", f"{address}/data.bin", cache_dir=tmp_path)
    assert Path(path).read_bytes() == CONTENT
    assert [entry.name for entry in left.parent.iterdir()] == ["data.bin"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_downloaded_file_is_for_others_too(address, tmp_path):
    before = os.umask(0o022)
    try:
        path = get_file("data.bin", f"{address}/data.bin", cache_dir=tmp_path)
    finally:
        os.umask(before)
    assert Path(path).stat().st_mode & 0o777 == 0o644


def test_a_full_disk_is_no_fault_of_the_connection(address, tmp_path, monkeypatch):
    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files, "open", lambda *args: Full(), raising=False)
    with pytest.raises(OSError, match=r"The disk is full: .*data\.bin") as caught:
        get_file("data.bin", f"{address}/data.bin", cache_dir=tmp_path)
    assert not isinstance(caught.value, ConnectionError)


def test_no_server_at_all(tmp_path):
    with pytest.raises(ConnectionError, match="put it there under the name"):
        get_file("data.bin", "http://127.0.0.1:9/data.bin", cache_dir=tmp_path)


def test_a_failed_download_leaves_the_old_file(address, tmp_path):
    (tmp_path / "cut.bin").write_bytes(b"old")
    with pytest.raises(ConnectionError):
        get_file(
            "cut.bin", f"{address}/cut.bin", file_hash=MD5, cache_dir=tmp_path, cache_subdir=""
        )
    assert (tmp_path / "cut.bin").read_bytes() == b"old"


def test_untar(address, server, tmp_path):
    for _ in range(2):
        folder = get_file("set", f"{address}/set.tar.gz", untar=True, cache_dir=tmp_path)
    assert Path(folder) == tmp_path / "datasets" / "set"
    assert (Path(folder) / "within" / "b.txt").read_text() == "b"
    assert server.asked == ["/set.tar.gz"]


def test_untar_of_a_folder_put_there_by_hand(address, server, tmp_path):
    (tmp_path / "datasets" / "set").mkdir(parents=True)
    get_file("set", f"{address}/set.tar.gz", untar=True, cache_dir=tmp_path)
    assert server.asked == []


@pytest.mark.parametrize("kind", ["tar.gz", "zip"])
def test_extract(address, tmp_path, kind):
    (tmp_path / "datasets" / "set").mkdir(parents=True)
    (tmp_path / "datasets" / "set" / "mine.txt").write_text("mine")
    path = get_file(f"set.{kind}", f"{address}/set.{kind}", extract=True, cache_dir=tmp_path)
    assert Path(path) == tmp_path / "datasets" / f"set.{kind}"
    found = {p.name: p.read_text() for p in (tmp_path / "datasets" / "set").rglob("*.txt")}
    assert found == {"a.txt": "a", "b.txt": "b", "mine.txt": "mine"}
    (tmp_path / "datasets" / "set" / "a.txt").write_text("changed")
    get_file(f"set.{kind}", f"{address}/set.{kind}", extract=True, cache_dir=tmp_path)
    assert (tmp_path / "datasets" / "set" / "a.txt").read_text() == "changed", "not unpacked again"


def test_what_is_no_archive_is_not_extracted(address, tmp_path):
    path = get_file("data.bin", f"{address}/data.bin", extract=True, cache_dir=tmp_path)
    assert [p.name for p in Path(path).parent.iterdir()] == ["data.bin"]


# ------------------------------------------------------------------ hashes
def test_hashes(tmp_path):
    path = tmp_path / "data.bin"
    path.write_bytes(CONTENT)
    assert (_hash_file(path), _hash_file(path, "md5")) == (SHA256, MD5)
    assert validate_file(path, SHA256) and validate_file(path, MD5, "md5")
    assert not validate_file(path, MD5[::-1])
    with pytest.raises(ValueError, match="hash_algorithm should be"):
        validate_file(path, MD5, "crc32")


# ------------------------------------------------------------------ archives made to hurt
def tar_with(name, kind=tarfile.REGTYPE, link=""):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("good.txt"))
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, link
        archive.addfile(member)
    return buffer.getvalue()


def zip_with_link():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        member = zipfile.ZipInfo("link")
        member.external_attr = 0o120777 << 16
        archive.writestr(member, "/etc/passwd")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (tar_with("../out.txt"), "outside"),
        (tar_with("a/../../out.txt"), "outside"),
        (tar_with("/tmp/out.txt"), "outside"),
        (tar_with("..\\out.txt"), "outside"),
        (tar_with("C:/out.txt"), "outside"),
        (tar_with("link", tarfile.SYMTYPE, "/etc"), "link or a device"),
        (tar_with("link", tarfile.LNKTYPE, "good.txt"), "link or a device"),
        (tar_with("pipe", tarfile.FIFOTYPE), "link or a device"),
        (zip_of({"good.txt": b"", "../out.txt": b"x"}), "outside"),
        (zip_of({"/out.txt": b"x"}), "outside"),
        (zip_with_link(), "is a link"),
    ],
)
def test_archives_that_reach_out_are_refused(content, message, tmp_path):
    folder = tmp_path / "within"
    folder.mkdir()
    (tmp_path / "archive").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        unpack(tmp_path / "archive", folder)
    assert list(folder.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "within"]


def test_formats(tmp_path):
    (tmp_path / "set.zip").write_bytes(FILES["/set.zip"])
    assert not unpack(tmp_path / "set.zip", tmp_path, None)
    assert not unpack(tmp_path / "set.zip", tmp_path, "tar")
    assert not (tmp_path / "set").exists()
    assert unpack(tmp_path / "set.zip", tmp_path, ["tar", "zip"])
    with pytest.raises(ValueError, match="archive_format should be"):
        unpack(tmp_path / "set.zip", tmp_path, "rar")

"""What lies in the disk cache: values that come back, and planted content that does nothing."""

import contextlib
import os
import pickle
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import diskcache
import pytest

from providers.clock import SystemClock
from providers.fetch.cache import CacheTrouble, Corrupt, SafeDisk, Store, prepare_home

BIG = b"0123456789abcdef" * 8192
MARK = "planted-code-ran"


class Bomb:
    """Unpickling it leaves a mark."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.write_text, (self.place / MARK, "x"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return prepare_home(tmp_path / "cache")


def opened(home: Path) -> Store:
    return Store(home, SystemClock(), size_limit=2**24, lock_timeout_s=0.5)


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    store = opened(home)
    yield store
    store.close()


def row(store: Store, sql: str, *values: object) -> None:
    with contextlib.closing(sqlite3.connect(store.place / "cache.db")) as connection:
        connection.execute(sql, values)
        connection.commit()


def value_file(store: Store) -> Path:
    (path,) = store.place.glob("??/??/*.val")
    return path


def test_values_come_back(store: Store) -> None:
    """Short text, short bytes and long bytes come back as they were."""
    store.put("text", "ä", 60)
    store.put("short", b"\x00\xff", 60)
    store.put("long", BIG, 60)
    assert (store.text("text"), store.data("short"), store.data("long")) == ("ä", b"\x00\xff", BIG)
    assert (store.data("text"), store.text("long"), store.data("none")) == (None, None, None)


@pytest.mark.parametrize("value", [{"a": 1}, 1, None, "x" * 40_000, bytearray(b"x")])
def test_nothing_else_is_stored(store: Store, value: Any) -> None:
    """What would be pickled, or is too long for a row, is refused."""
    with pytest.raises(TypeError):
        store.put("key", value, 60)
    assert store.data("key") is None


def test_a_planted_pickle_is_not_executed(store: Store, tmp_path: Path) -> None:
    """A pickle put into a row of ours is deleted, never loaded; plain diskcache runs it."""
    store.put("key", b"good", 60)
    planted = pickle.dumps(Bomb(tmp_path))
    row(store, "UPDATE Cache SET mode = 4, value = ?", planted)
    with diskcache.Cache(str(store.place)) as plain:
        plain.get("key")
    assert (tmp_path / MARK).exists(), "the planted code is not dangerous: the test proves nothing"
    (tmp_path / MARK).unlink()
    assert store.data("key") is None
    assert not (tmp_path / MARK).exists()
    row_left = sqlite3.connect(store.place / "cache.db").execute("SELECT count(*) FROM Cache")
    assert row_left.fetchone() == (0,)


def test_a_planted_pickle_file_is_not_executed(store: Store, tmp_path: Path) -> None:
    """The same in a value file under a name as diskcache makes it."""
    store.put("key", BIG, 60)
    value_file(store).write_bytes(pickle.dumps(Bomb(tmp_path)))
    row(store, "UPDATE Cache SET mode = 4")
    assert store.data("key") is None
    assert not (tmp_path / MARK).exists()


@pytest.mark.parametrize(
    "name", ["../../secret.val", "/etc/hostname", "ab/cd/secret.val", "ab\\cd", "", "ab/cd/\n.val"]
)
def test_a_foreign_file_name_is_neither_read_nor_deleted(
    store: Store, tmp_path: Path, name: str
) -> None:
    """A row that names a file which diskcache would not make is a miss, and the file stays."""
    secrets = [
        tmp_path / "cache" / "fetch" / "secret.val",
        store.place / "ab" / "cd" / "secret.val",
    ]
    for secret in secrets:
        secret.parent.mkdir(parents=True, exist_ok=True)
        secret.write_bytes(b"secret")
    store.put("key", BIG, 60)
    row(store, "UPDATE Cache SET filename = ?", name)
    assert store.data("key") is None
    assert [secret.read_bytes() for secret in secrets] == [b"secret", b"secret"]


def test_links_are_not_followed(store: Store, tmp_path: Path) -> None:
    """Neither a value file that is a link nor a directory that is one leads outside."""
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    store.put("key", BIG, 60)
    path = value_file(store)
    path.unlink()
    path.symlink_to(secret)
    assert store.data("key") is None

    store.put("other", BIG, 60)
    folder = next(one for one in store.place.glob("??/??/*.val") if not one.is_symlink()).parent
    outside = tmp_path / "outside"
    folder.rename(outside)
    folder.symlink_to(outside)
    assert store.data("other") is None


def test_a_pipe_does_not_hang_the_reader(store: Store) -> None:
    """A named pipe in place of a value is refused at once."""
    store.put("key", BIG, 60)
    path = value_file(store)
    path.unlink()
    os.mkfifo(path)
    assert store.data("key") is None


def test_unknown_settings_are_not_obeyed(home: Path, store: Store) -> None:
    """diskcache turns each row of its settings into an attribute: foreign ones are damage."""
    row(store, "INSERT INTO Settings VALUES ('disk__directory', '/etc')")
    with pytest.raises(Corrupt):
        opened(home)


def test_keys_are_text(tmp_path: Path) -> None:
    """Keys that diskcache would pickle are refused in both directions."""
    disk = SafeDisk(str(tmp_path))
    with pytest.raises(TypeError):
        disk.put(("a", 1))
    with pytest.raises(Corrupt):
        disk.get(b"pickle", raw=False)


def test_directory_is_ours_alone(tmp_path: Path) -> None:
    """A new directory has mode 0700; a readable one is closed; a writable one is emptied too."""
    home = prepare_home(tmp_path / "deep" / "cache")
    assert home.stat().st_mode & 0o777 == 0o700
    (home / "kept").write_text("x")
    home.chmod(0o755)
    prepare_home(tmp_path / "deep" / "cache")
    assert (home.stat().st_mode & 0o777, (home / "kept").exists()) == (0o700, True)
    home.chmod(0o777)
    prepare_home(tmp_path / "deep" / "cache")
    assert (home.stat().st_mode & 0o777, list(home.iterdir())) == (0o700, [])


def test_somebody_elses_directory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory of another user, or a link in its place, is not used."""
    prepare_home(tmp_path / "cache")
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(CacheTrouble, match="another user"):
        prepare_home(tmp_path / "cache")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "fetch").symlink_to(tmp_path)
    with pytest.raises(CacheTrouble, match="not a directory"):
        prepare_home(tmp_path / "linked")


def test_the_oldest_go_when_the_limit_is_reached(store: Store) -> None:
    """Storing more than the limit evicts what was stored first."""
    for number in range(200):
        store.put(f"key{number}", BIG, 60)
    assert store.data("key0") is None
    assert store.data("key199") == BIG
    assert sum(path.stat().st_size for path in store.place.glob("**/*.val")) < 2**24


def test_sweep_deletes_what_killed_processes_left(home: Path, store: Store) -> None:
    """Old value files without a row go, young ones and used ones stay, as do other names."""
    store.put("key", BIG, 60)
    used = value_file(store)
    old, young = used.with_name("0" * 28 + ".val"), used.with_name("1" * 28 + ".val")
    for path in (old, young):
        path.write_bytes(b"x")
    for path in (old, used):
        os.utime(path, (1_000_000, 1_000_000))
    store.sweep()
    assert (old.exists(), young.exists(), used.exists()) == (False, True, True)

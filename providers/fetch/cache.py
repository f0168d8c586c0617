"""The disk cache: diskcache, made safe, behind one worker thread per kind of work.

Whoever can write into a cache directory of plain diskcache runs code in its reader
(CVE-2025-69872; with JSONDisk too) and names files anywhere on the disk. So the directory is ours
alone, pickles are refused, and a value's file is opened only under a name as diskcache makes it.

Each generation of the cache is a directory of its own, `store-0001`, `store-0002`. A corrupt one
is left for the next: SQLite deletes its journal by path when it closes, so a process that still
holds the broken database would damage a new one under the same name.
"""

import contextlib
import os
import re
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import diskcache  # type: ignore[import-untyped, unused-ignore]  # ships no types

from providers.clock import Clock

SMALL: Final = 32_768
"""Values below stand in the database, others in a file each."""
_CULLED: Final = 30
"""Rows that may go when an answer is stored: more than an answer and its notes are."""
LARGEST: Final = 256 * 1024 * 1024
_DATABASE: Final = "cache.db"
_VALUE_NAME: Final = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{28}\.val")
_GENERATION: Final = re.compile(r"store-(\d{4,9})")
_ORPHAN_AGE_S: Final = 600.0
_CORRUPT_CODES: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_KNOWN_SETTINGS: Final = frozenset(diskcache.DEFAULT_SETTINGS) | frozenset(
    {"count", "size", "hits", "misses"}
)


class CacheTrouble(Exception):
    """The cache could not do it; whoever asked goes on without."""


class Corrupt(Exception):
    """What is in the directory was not written by us, or not whole."""


class SafeDisk(diskcache.Disk):  # type: ignore[misc, unused-ignore]  # its base has no types
    """Text keys; values that are short text or bytes; files only under diskcache's own names."""

    written: str | None = None
    """Full path of the last value file, for its removal when the row does not follow."""

    def put(self, key: object) -> tuple[str, bool]:
        if type(key) is not str:
            raise TypeError("keys are text")
        return key, True

    def get(self, key: object, raw: object) -> str:
        if type(key) is not str or not raw:
            raise Corrupt("a key that is not text")
        return key

    def store(
        self,
        value: object,
        read: object,
        key: object = None,  # noqa: ARG002  diskcache's signature
    ) -> tuple[int, int, str | None, object]:
        if type(value) is str and len(value) < SMALL and not read:
            return 0, diskcache.core.MODE_RAW, None, value
        if type(value) is not bytes or read:
            raise TypeError("values are short text or bytes")
        if len(value) < SMALL:
            return 0, diskcache.core.MODE_RAW, None, sqlite3.Binary(value)
        name, full_path = self.filename()
        self.written = full_path
        _write_whole(Path(full_path), value)
        return len(value), diskcache.core.MODE_BINARY, name, None

    def fetch(self, mode: object, filename: object, value: object, read: object) -> str | bytes:
        if mode == diskcache.core.MODE_RAW and isinstance(value, str | bytes):
            return value
        if mode == diskcache.core.MODE_BINARY and isinstance(filename, str) and not read:
            return _read_whole(Path(self._directory), filename)
        raise Corrupt("a value of a kind that is never stored")

    def remove(self, file_path: object) -> None:
        if isinstance(file_path, str) and _VALUE_NAME.fullmatch(file_path):
            super().remove(file_path)


class _Database(diskcache.Cache):  # type: ignore[misc, unused-ignore]  # its base has no types
    def __init__(self, directory: str, *, timeout: float, **settings: object) -> None:
        self._lock_ms = int(1000 * timeout)
        super().__init__(directory, timeout=timeout, **settings)

    @property
    def _sql_retry(self) -> Any:
        """While opening, diskcache asks for a lock for a whole minute: not here."""
        self._sql(f"PRAGMA busy_timeout = {self._lock_ms}")
        return self._sql

    def value_names(self) -> set[str]:
        rows = self._sql("SELECT filename FROM Cache WHERE filename IS NOT NULL").fetchall()
        return {str(name) for (name,) in rows}


class Store:
    """One open generation, used by one thread. Its errors are whatever diskcache and SQLite
    raise; `CacheFile` sorts them."""

    def __init__(
        self, home: Path, clock: Clock, *, size_limit: int, lock_timeout_s: float
    ) -> None:
        self._clock = clock
        self.place = current_generation(home)
        self.place.mkdir(mode=0o700, exist_ok=True)
        database = self.place / _DATABASE
        with _vetted(database, lock_timeout_s):
            self._cache: Any = _Database(
                str(self.place),
                timeout=lock_timeout_s,
                disk=SafeDisk,
                size_limit=size_limit,
                # Reading need not write then; answers age fast, so the oldest is the least useful.
                eviction_policy="least-recently-stored",
                statistics=0,
                tag_index=0,
                cull_limit=_CULLED,
                disk_min_file_size=SMALL,
                # Mapped memory of a file that somebody truncates kills the process with SIGBUS.
                sqlite_mmap_size=0,
                # No waiting for the platter: what a power cut damages is made anew.
                sqlite_synchronous=0,
                sqlite_auto_vacuum=0,
            )
        self._inode = database.stat().st_ino
        self._database, self._next = database, _following(self.place)

    def is_current(self) -> bool:
        """False when another process left this generation, or somebody deleted it.

        Asked before each use, so it looks at two names and lists nothing: generations are made
        one after the other, and the older ones are deleted before a newer one can be alone.
        """
        try:
            same = self._database.stat().st_ino == self._inode
        except OSError:
            return False
        return same and not os.path.lexists(self._next)

    def text(self, key: str) -> str | None:
        value = self._get(key)
        return value if isinstance(value, str) else None

    def data(self, key: str) -> bytes | None:
        value = self._get(key)
        return value if isinstance(value, bytes) else None

    def put(self, key: str, value: str | bytes, expire_s: float) -> None:
        """Answers make room for themselves; notes, which are short text, do not: it takes longer
        than writing them, while somebody waits."""
        disk = self._cache.disk
        disk.written = None
        self._cache.cull_limit = _CULLED if isinstance(value, bytes) else 0
        try:
            self._cache.set(key, value, expire=expire_s)
        except BaseException:
            # A full disk stays full until half-written files are gone.
            if disk.written is not None:
                with contextlib.suppress(OSError):
                    Path(disk.written).unlink()
            raise

    def delete(self, key: str) -> None:
        self._cache.delete(key)

    def transaction(self) -> contextlib.AbstractContextManager[None]:
        """Nobody else writes meanwhile, in any process. Belongs to this thread."""
        manager: contextlib.AbstractContextManager[None] = self._cache.transact()
        return manager

    def sweep(self) -> None:
        """Deletes what killed processes left: value files without a row, older generations."""
        known = self._cache.value_names()
        oldest = self._clock.now().timestamp() - _ORPHAN_AGE_S
        for path in self.place.glob("??/??/*.val"):
            name = path.relative_to(self.place).as_posix()
            with contextlib.suppress(OSError):
                if name not in known and path.lstat().st_mtime < oldest:
                    path.unlink()
        for other in self.place.parent.iterdir():
            if _number(other) and _number(other) < _number(self.place):
                shutil.rmtree(other, ignore_errors=True)

    def close(self) -> None:
        """Also rolls back what an error left open."""
        with contextlib.suppress(sqlite3.Error):
            self._cache.close()

    def _get(self, key: str) -> object:
        try:
            value: object = self._cache.get(key)
        except Corrupt:
            self._cache.delete(key)
            return None
        return value


def prepare_home(cache_dir: Path) -> Path:
    """Our own directory inside `cache_dir`, readable by nobody else.

    One that others could write is not trusted: its content is deleted. One that belongs to
    somebody else is refused.
    """
    cache_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    home = cache_dir.resolve() / "fetch"
    home.mkdir(mode=0o700, exist_ok=True)
    status = home.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise CacheTrouble("the cache directory is not a directory")
    if status.st_uid != os.geteuid():
        raise CacheTrouble("the cache directory belongs to another user")
    if stat.S_IMODE(status.st_mode) != 0o700:
        home.chmod(0o700)
        if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            for planted in home.iterdir():
                _discard(planted)
    return home


def current_generation(home: Path) -> Path:
    newest = max((_number(Path(name)) for name in os.listdir(home)), default=0)  # noqa: PTH208  asked before each use of the cache: names are enough
    return home / f"store-{max(1, newest):04d}"


def leave_generation(home: Path, broken: Path) -> None:
    """Everybody moves to the next one, which only the first to notice makes."""
    with contextlib.suppress(FileExistsError):
        _following(home / broken.name).mkdir(mode=0o700)


def is_busy(error: Exception) -> bool:
    """Whether another process held the lock: nothing of ours is broken."""
    return isinstance(error, diskcache.Timeout)


def is_corrupt(error: Exception) -> bool:
    """Whether the generation is beyond use, and not only busy, full or out of reach."""
    if isinstance(error, sqlite3.DatabaseError):
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        return code in _CORRUPT_CODES or "no such table" in str(error)
    return isinstance(error, Corrupt)


@contextlib.contextmanager
def _vetted(database: Path, timeout_s: float) -> Iterator[None]:
    """diskcache turns every row of its settings into an attribute: only known ones may be there.

    The connection stays open meanwhile, since closing the last one copies the journal back.
    """
    if not database.exists():
        yield
        return
    with contextlib.closing(sqlite3.connect(database, timeout=timeout_s)) as connection:
        found = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if found != (0,):
            for key, value in connection.execute("SELECT key, value FROM Settings").fetchall():
                if key not in _KNOWN_SETTINGS or isinstance(value, bytes):
                    raise Corrupt("a setting that diskcache does not have")
        yield


def _write_whole(path: Path, value: bytes) -> None:
    for attempt in range(4):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            writer = path.open("xb")
        except FileNotFoundError:
            if attempt == 3:
                raise
            continue  # another process removed the empty directory in between
        with writer:
            writer.write(value)
        return


def _read_whole(directory: Path, name: str) -> bytes:
    """No links, no devices, nothing outside: each step is opened without following."""
    if not _VALUE_NAME.fullmatch(name):
        raise Corrupt("a file name that is never made")
    steps = name.split("/")
    folder = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for step in steps[:-1]:
            below = os.open(step, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = below
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        with os.fdopen(os.open(steps[-1], flags, dir_fd=folder), "rb") as reader:
            status = os.fstat(reader.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
                raise Corrupt("a value that is no file of ours")
            return reader.read()
    finally:
        os.close(folder)


def _number(path: Path) -> int:
    match = _GENERATION.fullmatch(path.name)
    return int(match[1]) if match else 0


def _following(generation: Path) -> Path:
    return generation.with_name(f"store-{_number(generation) + 1:04d}")


def _discard(path: Path) -> None:
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()

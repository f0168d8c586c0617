"""The policy in force, read again when its file changes."""

from dataclasses import replace
from pathlib import Path

from bot.policy_file.read import load
from bot.rules.policy import Policy
from providers.clock import Clock

LOOK_EVERY_S = 2.0
_Stamp = tuple[int, int, int]


class PolicyFile:
    """`flows.ports.Policies`. Without a path it is the policy that holds without a file."""

    def __init__(self, path: Path | None, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._looked_at = clock.monotonic()
        self._stamp = self._stamped()
        self._policy = load(path)

    def current(self) -> Policy:
        now = self._clock.monotonic()
        if now - self._looked_at >= LOOK_EVERY_S:
            self._looked_at = now
            stamp = self._stamped()
            if stamp != self._stamp:
                self._stamp = stamp
                self._policy = _with_people_of(self._policy, load(self._path))
        return self._policy

    def _stamped(self) -> _Stamp | None:
        """Taken before reading, so that a change while it is read is seen at the next look.

        An editor that replaces the file keeps neither its time nor its number.
        """
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except (OSError, ValueError):
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino


def _with_people_of(old: Policy, new: Policy) -> Policy:
    """A slip in the file takes nobody's right to end, and hides no news from the admins."""
    if not new.problems or new.admins:
        return new
    return replace(
        new,
        admins=old.admins,
        ops_channel=new.ops_channel or old.ops_channel,
        teams=new.teams or old.teams,
    )

"""What a test needs and this machine may lack: skipped with a reason, or a failure on request.

`pytest --require=peer,browser,postgres` turns a lack into a failure; continuous integration uses
it, so that nothing is skipped there without anybody noticing.
"""

from typing import Final, NoReturn

import pytest

KINDS: Final = frozenset({"peer", "browser", "postgres"})


def required_kinds(config: pytest.Config) -> frozenset[str]:
    """The kinds named by `--require`; a word that nobody knows is an error, not a no."""
    words = str(config.getoption("--require")).split(",")
    named = frozenset(word.strip() for word in words if word.strip())
    if unknown := named - KINDS:
        allowed = ", ".join(sorted(KINDS))
        raise pytest.UsageError(f"--require: unknown {sorted(unknown)}; known are {allowed}")
    return named


def skip_or_fail(config: pytest.Config, kind: str, reason: str) -> NoReturn:
    """Called when the thing is missing; `config` is `request.config` of the fixture."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}")
    if kind in required_kinds(config):
        pytest.fail(f"{kind} is required and missing: {reason}", pytrace=False)
    pytest.skip(reason)

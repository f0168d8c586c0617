"""The command line. Each command is imported only when it runs: `find` needs no Slack."""

import argparse
import gc
import importlib
import sys
from collections.abc import Sequence

FOUND, NOTHING_FOUND, FAILED = 0, 1, 2
"""Exit codes of every command; argparse's own for a wrong command line is 2 too."""

_COMMANDS = {
    "run": ("service", "answer Slack and run the jobs, all in this process"),
    "serve": ("service", "answer Slack over HTTP; several may run on one PostgreSQL"),
    "work": ("service", "run the jobs; several may run on one PostgreSQL"),
    "find": ("find", 'search in the terminal: find "2x 4090 under 0.8"'),
    "check": ("check", "tell whether tokens, marketplaces, database and directories are right"),
    "migrate": ("migrate", "bring the database up to this version"),
    "demo": ("demo", "try everything in a browser against simulated marketplaces"),
}


def tune_collector() -> None:
    """The young are looked at soon and few at a time: with Python's own thresholds the objects
    that a look at 10,000 watches leaves hold up everybody for 0.1 s instead of 0.03 s. What was
    imported is never looked at again.
    """
    gc.set_threshold(30_000, 1, 40)
    gc.freeze()
    gc.enable()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bot", description="GPU Shopper: find GPUs to rent, from Slack."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, (_, words) in _COMMANDS.items():
        command = commands.add_parser(name, help=words, description=words.capitalize() + ".")
        if name == "find":
            command.add_argument("query", nargs="*", help="as after /gpu find in Slack")
            command.add_argument("--json", action="store_true", help="print JSON for machines")
        if name == "demo":
            command.add_argument(
                "--real",
                action="store_true",
                help="search the real marketplaces; renting stays off",
            )
            command.add_argument(
                "--no-browser", action="store_true", help="only print the address"
            )
    chosen = parser.parse_args(arguments)
    gc.disable()  # imports leave no rubbish: 10 ms less for looking
    module = importlib.import_module(f"bot.cli.{_COMMANDS[chosen.command][0]}")
    tune_collector()
    try:
        return int(module.main(chosen))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `… | head` has seen enough
        sys.stderr.close()
        return FOUND

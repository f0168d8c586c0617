"""How Slack says no."""

from typing import Any

from bot.playground.limits import Findings


class Refused(Exception):
    """Answered as `{"ok": false, "error": …}`."""

    def __init__(self, error: str, *, status: int = 200, **fields: Any) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.fields = fields

    def body(self) -> dict[str, Any]:
        return {"ok": False, "error": self.error, **self.fields}


class RateLimited(Refused):
    def __init__(self, retry_after_s: int) -> None:
        super().__init__("ratelimited", status=429)
        self.retry_after_s = retry_after_s


def refuse_if_wrong(error: str, findings: Findings) -> None:
    """Messages are refused with `invalid_blocks`, views with `invalid_arguments`."""
    if findings.errors:
        said = [problem.said_by_slack() for problem in findings.errors]
        raise Refused(
            error,
            errors=said,
            response_metadata={"messages": [f"[ERROR] {line}" for line in said]},
        )

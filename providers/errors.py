"""What can go wrong with a marketplace, named after what the caller does next.

    ProviderError
    ├── TryLater               nothing happened; the same call may be repeated
    │   ├── RateLimited          … after retry_after_s
    │   ├── TimedOut             … a read only: for a create see OutcomeUnknown
    │   ├── Unreachable          … no connection was made
    │   ├── ServerTrouble        … 5xx
    │   └── Resting              … we do not ask for a while ourselves
    ├── FixTheKey
    │   ├── KeyMissing
    │   └── KeyRejected
    ├── FixTheAccount           credit, spending limit
    ├── ChooseAnother           the offer is gone
    ├── RequestRefused          the marketplace understood and said no
    ├── Unsupported             the marketplace has no such thing
    ├── BadAnswer               nonsense came back
    ├── InstanceGone            the marketplace itself says that there is no such machine
    └── OutcomeUnknown          a machine may exist: look for its label, never repeat

`sentence` is for a person and holds no foreign text;
`detail` is for the log, cut and free of keys.
"""

from typing import ClassVar

from providers.instances import InstanceId
from providers.listings import Failure, FailureReason
from providers.models import ProviderName


class ProviderError(Exception):
    reason: ClassVar[FailureReason]

    def __init__(
        self,
        provider: ProviderName,
        sentence: str,
        *,
        detail: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(f"{provider}: {sentence}")
        self.provider = provider
        self.sentence = sentence
        self.detail = detail[:2000]
        self.retry_after_s = retry_after_s

    def as_failure(self) -> Failure:
        return Failure(self.provider, self.reason, self.sentence, self.retry_after_s)


class TryLater(ProviderError):
    reason = FailureReason.UNREACHABLE


class RateLimited(TryLater):
    reason = FailureReason.RATE_LIMITED


class TimedOut(TryLater):
    reason = FailureReason.TIMED_OUT


class Unreachable(TryLater):
    reason = FailureReason.UNREACHABLE


class ServerTrouble(TryLater):
    reason = FailureReason.SERVER_ERROR


class Resting(TryLater):
    reason = FailureReason.RESTING


class FixTheKey(ProviderError):
    reason = FailureReason.KEY_REJECTED


class KeyMissing(FixTheKey):
    reason = FailureReason.KEY_MISSING


class KeyRejected(FixTheKey):
    reason = FailureReason.KEY_REJECTED


class FixTheAccount(ProviderError):
    reason = FailureReason.REFUSED


class ChooseAnother(ProviderError):
    reason = FailureReason.REFUSED


class RequestRefused(ProviderError):
    reason = FailureReason.REFUSED


class Unsupported(ProviderError):
    reason = FailureReason.UNSUPPORTED


class BadAnswer(ProviderError):
    reason = FailureReason.BAD_ANSWER


class InstanceGone(ProviderError):
    reason = FailureReason.REFUSED


class OutcomeUnknown(ProviderError):
    """A create left and no clear answer came. `instance_id` is set where the answer named one."""

    reason = FailureReason.BAD_ANSWER
    instance_id: InstanceId | None = None

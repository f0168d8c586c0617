"""What Prometheus may know: counts and times, never a name of a person or a text of theirs."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_ACK = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 3)
_ANSWER = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._ack = Histogram(
            "shopper_ack_seconds",
            "From the listener's start to the acknowledgement",
            ["kind"],
            buckets=_ACK,
            registry=self.registry,
        )
        self._ack_of: dict[str, Histogram] = {}
        """By kind: this one is counted before the acknowledgement leaves."""
        self._requests = Counter(
            "shopper_requests", "Answered requests", ["kind", "outcome"], registry=self.registry
        )
        self._answer = Histogram(
            "shopper_answer_seconds",
            "From the acknowledgement to the answer",
            ["kind"],
            buckets=_ANSWER,
            registry=self.registry,
        )
        self._fetch = Histogram(
            "shopper_fetch_seconds",
            "What a marketplace took",
            ["provider", "endpoint"],
            buckets=_ANSWER,
            registry=self.registry,
        )
        self._cache = Counter(
            "shopper_cache",
            "Searches by what the disk cache had",
            ["provider", "use"],
            registry=self.registry,
        )
        self._waits = Histogram(
            "shopper_rate_limit_wait_seconds",
            "Waits for the next slot",
            ["provider", "endpoint"],
            buckets=_ANSWER,
            registry=self.registry,
        )
        self._events = Counter(
            "shopper_fetch_events",
            "Retries, refusals, circuits and cache trouble",
            ["provider", "endpoint", "kind"],
            registry=self.registry,
        )
        self._failures = Counter(
            "shopper_marketplace_failures",
            "Marketplaces missing from an answer, by reason",
            ["provider", "reason"],
            registry=self.registry,
        )
        self._jobs = Counter(
            "shopper_job_runs", "Ticks of the jobs", ["job", "outcome"], registry=self.registry
        )
        self.sockets = Gauge(
            "shopper_socket_connections", "Socket Mode connections up", registry=self.registry
        )

    def acknowledged(self, kind: str, seconds: float) -> None:
        known = self._ack_of.get(kind)
        if known is None:
            known = self._ack_of[kind] = self._ack.labels(kind)
        known.observe(seconds)

    def answered(self, kind: str, outcome: str, seconds: float) -> None:
        self._requests.labels(kind, outcome).inc()
        self._answer.labels(kind).observe(seconds)

    def fetched(self, provider: str, endpoint: str, kind: str, seconds: float) -> None:
        """One event of the fetch layer; `kind` is its word."""
        if kind in {"hit", "stale", "miss"} and endpoint == "search":
            self._cache.labels(provider, kind).inc()
        if kind == "miss":
            self._fetch.labels(provider, endpoint).observe(seconds)
        elif kind == "wait":
            self._waits.labels(provider, endpoint).observe(seconds)
        elif kind not in {"hit", "stale"}:
            self._events.labels(provider, endpoint, kind).inc()

    def failed(self, provider: str, reason: str) -> None:
        self._failures.labels(provider, reason).inc()

    def job(self, name: str, outcome: str) -> None:
        self._jobs.labels(name, outcome).inc()

    def text(self) -> bytes:
        return generate_latest(self.registry)

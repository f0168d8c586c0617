"""The circuit of one endpoint, as a value that is told the time."""

from providers.fetch.circuit import Circuit, Outcome


def circuit() -> Circuit:
    return Circuit(threshold=3, first_rest_s=20.0, max_rest_s=60.0)


def test_whole_arc() -> None:
    """It opens after three failures, probes once a rest, rests longer each time, and closes."""
    one = circuit()
    assert [one.note(Outcome.BAD, 0.0) for _ in range(3)] == [None, None, "circuit-open"]
    assert one.rests_for(5.0) == 15.0
    assert one.rests_for(20.0) == 0.0
    assert one.rests_for(20.0) == 1.0, "the probe is under way"
    assert one.note(Outcome.BAD, 21.0) == "circuit-open"
    assert one.rests_for(21.0) == 40.0
    assert one.rests_for(61.0) == 0.0
    assert one.note(Outcome.BAD, 61.0) == "circuit-open"
    assert one.rests_for(61.0) == 60.0
    assert one.rests_for(121.0) == 0.0
    assert one.note(Outcome.GOOD, 122.0) == "circuit-closed"
    assert one.rests_for(122.0) == 0.0
    assert one.note(Outcome.BAD, 123.0) is None


def test_failures_count_only_in_a_row() -> None:
    """A success in between starts the count anew."""
    one = circuit()
    for _ in range(5):
        assert one.note(Outcome.BAD, 0.0) is None
        assert one.note(Outcome.BAD, 0.0) is None
        assert one.note(Outcome.GOOD, 0.0) is None


def test_a_probe_without_result_lets_the_next_one_try() -> None:
    """A probe that met a 429, or whose caller went away, neither opens nor closes."""
    one = circuit()
    for _ in range(3):
        one.note(Outcome.BAD, 0.0)
    assert one.rests_for(20.0) == 0.0
    assert one.note(Outcome.NEITHER, 20.0) is None
    assert one.rests_for(20.0) == 0.0


def test_late_failures_do_not_lengthen_the_rest() -> None:
    """Calls that were under way when it opened, and those that go out always, change nothing."""
    one = circuit()
    for _ in range(3):
        one.note(Outcome.BAD, 0.0)
    assert one.note(Outcome.BAD, 1.0) is None
    assert one.rests_for(1.0) == 19.0

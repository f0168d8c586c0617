from dataclasses import replace

import pytest

from bot.rules.watching import merged
from providers.instances import Instance, InstanceId, InstanceState, SshEndpoint
from providers.models import ProviderName

KNOWN = Instance(
    ProviderName("vastai"),
    InstanceId("1"),
    "shopper-k3f9-abcdefgh23",
    InstanceState.RUNNING,
    ssh=(SshEndpoint("192.0.2.7", 22_022, "root"),),
)


@pytest.mark.parametrize(
    ("state", "stays"),
    [
        (InstanceState.RUNNING, True),
        (InstanceState.STARTING, True),
        (InstanceState.UNKNOWN, True),
        (InstanceState.STOPPED, False),
        (InstanceState.OFFLINE, False),
        (InstanceState.BROKEN, False),
    ],
)
def test_a_list_without_the_address_takes_none_away(state: InstanceState, *, stays: bool) -> None:
    """It may have been asked for before the machine ran, and read after it was found ready."""
    bare = replace(KNOWN, state=state, ssh=())
    assert merged(KNOWN, bare) == replace(bare, ssh=KNOWN.ssh if stays else ())

"""gpuhunt's Vast.ai provider lists the simulator's offers."""

import pytest

pytestmark = pytest.mark.peer

_LIST = """
from gpuhunt import QueryFilter
items = vastai.VastAIProvider().get(QueryFilter({filter}))
print(json.dumps([[i.instance_name, i.gpu_name, i.gpu_count, i.price, i.spot] for i in items]))
"""


async def test_it_lists_a_page(gpuhunt):
    """A page of 64 becomes an on-demand and a spot item for each readable offer."""
    items = (await gpuhunt(_LIST.format(filter=""))).json()
    on_demand = [item for item in items if not item[4]]
    assert 55 <= len(on_demand) <= 64
    assert len(items) > len(on_demand)


async def test_it_filters_by_model(gpuhunt):
    """Its names become the marketplace's, and its bounds are kept."""
    items = (await gpuhunt(_LIST.format(filter="gpu_name=['RTX4090'], min_gpu_count=2"))).json()
    assert {item[1] for item in items} == {"RTX4090"}
    assert min(item[2] for item in items) == 2
    assert all(item[3] > 0 for item in items)

"""Rows of an offer list, as they should be and as nobody expects them."""

from typing import Any

from hypothesis import strategies as st

from providers.vastai.rows import Row


def row(**fields: Any) -> dict[str, Any]:
    plain = {"id": 1, "gpu_name": "RTX 4090", "num_gpus": 1, "dph_total": 0.5}
    return {**plain, **fields}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
FIELDS = sorted(Row.__struct_fields__)
HOSTILE_ROW = st.dictionaries(st.sampled_from(FIELDS), ANYTHING) | st.builds(
    lambda odd, usd: {**row(dph_total=usd), **odd},
    st.dictionaries(
        st.sampled_from([f for f in FIELDS if f not in row()]),
        ANYTHING | st.floats() | st.floats(0, 2) | st.integers(-5, 10**6),
    ),
    st.floats(1e-9, 2e5),
)

"""Runs in the official client's environment: seconds of one `search_offers` for each line."""

import sys
import time

from vastai import VastAI

client = VastAI(api_key="bench", server_url=sys.argv[1])
for _ in sys.stdin:
    started = time.perf_counter()
    offers = client.search_offers(query="gpu_name=RTX_4090 num_gpus=2", order="dph_total")
    taken = time.perf_counter() - started
    print("seconds", taken if offers else "nan", flush=True)

"""Runs in the official client's environment: seconds of `search_offers`, as JSON."""

import json
import sys
import time

from vastai import VastAI

url, rounds = sys.argv[1], int(sys.argv[2])
pause_s = float(sys.argv[3])
client = VastAI(api_key="bench", server_url=url)
taken, found = [], 0
for _ in range(rounds):
    time.sleep(pause_s)
    started = time.perf_counter()
    offers = client.search_offers(query="gpu_name=RTX_4090 num_gpus=2", order="dph_total")
    taken.append(time.perf_counter() - started)
    found = len(offers)
print(json.dumps({"seconds": taken, "offers": found}))

"""Runs in gpuhunt's environment: seconds of its Vast.ai provider's `get`, as JSON."""

import json
import logging
import sys
import time

from gpuhunt.providers import vastai

logging.disable(logging.CRITICAL)
vastai.bundles_url, rounds = f"{sys.argv[1]}/api/v0/bundles/", int(sys.argv[2])
pause_s = float(sys.argv[3])
provider = vastai.VastAIProvider()
taken, found = [], 0
for _ in range(rounds):
    time.sleep(pause_s)
    started = time.perf_counter()
    offers = provider.get()
    taken.append(time.perf_counter() - started)
    found = len(offers)
print(json.dumps({"seconds": taken, "offers": found}))

"""Runs in gpuhunt's environment: seconds of its Vast.ai provider's `get` for each line."""

import logging
import sys
import time

from gpuhunt.providers import vastai

logging.disable(logging.CRITICAL)
vastai.bundles_url = f"{sys.argv[1]}/api/v0/bundles/"
provider = vastai.VastAIProvider()
for _ in sys.stdin:
    started = time.perf_counter()
    offers = provider.get()
    taken = time.perf_counter() - started
    print("seconds", taken if offers else "nan", flush=True)

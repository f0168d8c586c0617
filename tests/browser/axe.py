"""Looks for accessibility faults with axe-core."""

from importlib import resources

from playwright.async_api import Page

_GRAVE = {"serious", "critical"}
_SOURCE = (resources.files("axe_playwright_python") / "axe.min.js").read_text()


async def grave_faults(page: Page) -> list[str]:
    """Each as `rule: where`, for all that stands on the page now; lesser ones are left out."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_SOURCE)
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {node['target'][0]}: {node['failureSummary'].splitlines()[-1].strip()}"
        for rule in found["violations"]
        if rule["impact"] in _GRAVE
        for node in rule["nodes"]
    ]

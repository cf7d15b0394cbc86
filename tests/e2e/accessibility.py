"""What axe says about a page, as a test: on a wide screen, on a till and on a phone."""

from pathlib import Path
from typing import Literal

from django.conf import settings
from playwright.sync_api import Page, ViewportSize, expect

AXE = Path(settings.NODE_MODULES) / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIOLATIONS = """async (rules) => {
    const moving = document.getAnimations();
    const ending = moving.filter((each) => each.effect.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map((each) => each.finished));
    const options = { runOnly: { type: "tag", values: rules }, resultTypes: ["violations"] };
    return (await axe.run(options)).violations;
}"""
LOOKS: list[tuple[ViewportSize, Literal["light", "dark"]]] = [
    ({"width": 1440, "height": 900}, "light"),
    ({"width": 1024, "height": 768}, "dark"),
    ({"width": 390, "height": 780}, "light"),
]


def assert_no_barrier(page: Page, path: str) -> None:
    """Open the page at each look, and fail with what axe finds on it, or if it is wider than the screen."""
    for size, scheme in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        answer = page.goto(path)
        assert answer
        assert answer.status == 200, path
        assert_accessible(page)
        too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert too_wide <= 0, f"{path} is {too_wide} pixels too wide at {size['width']}"


def assert_accessible(page: Page) -> None:
    """Fail with what axe finds on the page at rest, each with the elements it is about: a button that
    is just coming back from a request has neither of its colours."""
    page.wait_for_load_state("load")
    expect(page.locator(".htmx-request")).to_have_count(0)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(VIOLATIONS, RULES)
    told = [
        f"{violation['id']}: {violation['help']}\n"
        + "\n".join(
            f"    {node['html'][:200]}\n      {node['failureSummary']}"
            for node in violation["nodes"]
        )
        for violation in found
    ]
    assert not told, f"{page.url}\n" + "\n".join(told)

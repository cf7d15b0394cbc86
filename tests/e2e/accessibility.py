"""What axe says about a page, as a test."""

from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page

AXE = Path(settings.NODE_MODULES) / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIOLATIONS = """async (rules) => {
    const options = { runOnly: { type: "tag", values: rules }, resultTypes: ["violations"] };
    return (await axe.run(options)).violations;
}"""


def assert_accessible(page: Page) -> None:
    """Fail with what axe finds on the page, each with the elements it is about."""
    page.wait_for_load_state("load")
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

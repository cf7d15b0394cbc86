"""See to it that the browser tests find a Chromium: Playwright's, the system's, or from apt."""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from backoffice.dev.system import install_packages

SYSTEM = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> Path | None:
    """A Chromium to launch: the one that CHROMIUM names, the system's, or Playwright's."""
    named = os.environ.get("CHROMIUM")
    for candidate in (named, *(shutil.which(name) for name in SYSTEM)):
        if candidate and Path(candidate).exists():
            return Path(candidate)
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return own if own.exists() else None


def main() -> int:
    if find_chromium():
        return 0
    install_packages("Chromium for the browser tests", "chromium")
    if find_chromium():
        return 0
    print(
        "The browser tests need Chromium: install your system's, or run `playwright install chromium`.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())

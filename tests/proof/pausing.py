"""Makes a worker that includes it stop for ever at a gap, the first time it gets there, and say so.

`PAUSE_AT` names the gap in carrying out a restock request, in a daily digest or in a scheduled report, `PAUSE_FILE` the file that then holds
the process id of the worker's child.
"""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backoffice.actions import deliveries
from inventory.actions import carry_out, daily_digest

GAPS = {
    "before the effect": (carry_out, "_send", "before"),
    "before the commit": (carry_out, "_finish", "after"),
    "before the digest's mail": (daily_digest, "_promise", "before"),
    "before the report's mail": (deliveries, "mail_scheduled", "before"),
    "before the report's commit": (deliveries, "_close", "after"),
    "before the digest's commit": (daily_digest, "_close", "after"),
}


def pausing(step: Callable[..., Any], when: str, said: Path) -> Callable[..., Any]:
    def paused(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            pause_once(said)
        result = step(*args, **kwargs)
        if when == "after":
            pause_once(said)
        return result

    return paused


def pause_once(said: Path) -> None:
    if not said.exists():
        half = said.with_suffix(".half")
        half.write_text(str(os.getpid()))
        half.rename(said)
        threading.Event().wait()


module, name, when = GAPS[os.environ["PAUSE_AT"]]
setattr(module, name, pausing(getattr(module, name), when, Path(os.environ["PAUSE_FILE"])))

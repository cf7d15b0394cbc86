"""A broker that can be away."""

from contextlib import ExitStack
from pathlib import Path

from django.conf import settings

from backoffice.dev import services
from backoffice.dev.services import running


class Broker:
    """A Valkey of this test alone, cache and broker, that can be killed and come back."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self.stack, self.folder, self.port = stack, folder, services.free_port()
        url = services.valkey_url(self.port)
        self.environment = {"REDIS_URL": url, "BROKER_URL": url}
        self.start()

    def start(self) -> None:
        log = Path(settings.RUN_DIR) / "logs" / "broker.log"
        self.service = services.start_valkey(self.folder, port=self.port, log=log)
        self.stack.enter_context(running(self.service))

    def kill(self) -> None:
        self.service.process.kill()
        self.service.process.wait()

"""A relay between the browser and the site: it can lose or hold the answers of chosen requests."""

import http.client
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Self

OF_ONE_LEG = {"connection", "keep-alive", "transfer-encoding", "date", "server"}


class Held:
    """An answer that waits at the relay: `arrived` there, and `released` to the browser."""

    def __init__(self) -> None:
        self.arrived = Event()
        self.released = Event()


class Relay:
    """Pass requests on to `site`; a lost answer reaches the browser as a 502, after the site has acted."""

    def __init__(self, site: str) -> None:
        self.site = urllib.parse.urlsplit(site).netloc
        self.lost: set[tuple[str, str]] = set()
        self.held: dict[tuple[str, str], Held] = {}
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                relay.pass_on(self)

            def do_POST(self) -> None:
                relay.pass_on(self)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def lose(self, method: str, path: str) -> None:
        self.lost.add((method, path))

    def lose_nothing(self) -> None:
        self.lost.clear()

    def hold(self, method: str, path: str) -> Held:
        self.held[method, path] = held = Held()
        return held

    def pass_on(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        road = http.client.HTTPConnection(self.site, timeout=30)
        road.request(request.command, request.path, body, dict(request.headers))
        answer = road.getresponse()
        content = answer.read()
        if held := self.held.get((request.command, request.path)):
            held.arrived.set()
            held.released.wait(30)
        if (request.command, request.path) in self.lost:
            request.send_error(502)
        else:
            request.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in OF_ONE_LEG | {"content-length"}:
                    request.send_header(name, value)
            request.send_header("Content-Length", str(len(content)))
            request.end_headers()
            request.wfile.write(content)
        road.close()

    def __enter__(self) -> Self:
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.server.shutdown()
        self.server.server_close()

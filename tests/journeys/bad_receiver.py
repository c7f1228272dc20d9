"""Somebody who gets webhooks and is not well: `python -m tests.journeys.bad_receiver PORT FILE SECRET HANGS SEED`.

It fails, it is silent for HANGS seconds, it hears and breaks off before it has answered. What it has heard it writes
down, a line each, before it says so; so a line may stand there twice.
"""

import hashlib
import json
import random
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.receiver import Heard


def serve(port: int, file: Path, secret: str, hangs: float, seed: int) -> None:
    """Until somebody kills it."""
    chance, writing = random.Random(seed), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard = Heard(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            luck = chance.random()
            if luck < 0.01:
                time.sleep(hangs)
            if luck < 0.12:
                self.answer(500)
                return
            with writing, file.open("a", encoding="utf-8") as kept:
                kept.write(json.dumps([
                    heard.id, heard.message["aggregate"]["id"], heard.message["sequence"],
                    hashlib.sha256(body).hexdigest(), heard.is_signed_with(secret),
                ]) + "\n")  # fmt: skip
            if luck < 0.16:
                self.close_connection = True
                return
            self.answer(204)

        def answer(self, status: int) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 50

        def handle_error(self, *_: object) -> None:
            pass

    Server(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], float(sys.argv[4]), int(sys.argv[5]))

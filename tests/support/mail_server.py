"""A mail server of a few lines, on this machine alone: it takes letters, or does what it is told.

It speaks as much of RFC 5321 as smtplib says, over a real socket.
"""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import IO, Any


@dataclass
class MailServer:
    """The letters that were taken, in order."""

    letters: list[EmailMessage] = field(default_factory=list)
    port: int = 0
    answer: bytes = b"250 taken\r\n"  # To a whole letter; one that begins with 2 takes it.
    connections: int = 0

    @property
    def url(self) -> str:
        """What FIELDLEDGER_SMTP_URL is to say."""
        return f"smtp://127.0.0.1:{self.port}"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Serve on a free port of this machine."""
    mail = MailServer()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

        def finish_request(self, request: Any, client_address: Any) -> None:
            """Speak with whoever calls; they may be killed while they do."""
            mail.connections += 1
            with suppress(ConnectionError), request.makefile("rwb", 0) as line:
                _speak(mail, line)

    with Server(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
        mail.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield mail
        finally:
            server.shutdown()
            thread.join()


def _speak(mail: MailServer, line: IO[bytes]) -> None:
    line.write(b"220 mail.test ESMTP\r\n")
    while said := line.readline():
        match said[:4].upper().strip():
            case b"DATA":
                line.write(b"354 go on\r\n")
                line.write(_take(mail, line))
            case b"QUIT":
                line.write(b"221 bye\r\n")
                return
            case _:
                line.write(b"250 mail.test\r\n")


def _take(mail: MailServer, line: IO[bytes]) -> bytes:
    lines = []
    while (said := line.readline()) not in {b".\r\n", b""}:
        lines.append(said.removeprefix(b"."))
    if mail.answer.startswith(b"2"):
        mail.letters.append(message_from_bytes(b"".join(lines), policy=policy.default))
    return mail.answer

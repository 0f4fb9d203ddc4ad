"""What `run` and `serve` share: options, the port, the server and what runs beside it.

The server is granian with worker programs of its own. All of it ends with the program: workers
and the companion watch the program that started them and leave when it is gone, even when it was
killed.
"""

import argparse
import errno
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

from django.db import connections
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from fieldledger.website.commands.place import add_data_argument
from fieldledger.website.commands.terminal import CommandFailed, remark

APPLICATION = "fieldledger.website.wsgi:application"
# Per worker: a long import page or a slow client must not hold up the polls of other companies.
# Many that wait are also quicker than few: a call finds one awake (benchmarks/README.md).
THREADS = 16
STOP_S = 5  # How long a worker or the companion may take to finish what it is at.
POLL_S = 0.02
PORT_MAX = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the server listens, and where a person or a program on this machine reaches it."""

    host: str
    port: int

    @property
    def local_url(self) -> str:
        """The address from this machine; `localhost` where that is true.

        The Web Connector takes plain http from the name `localhost` alone and refuses numeric
        addresses (Intuit QBWC Programmer's Guide, appendix A: errors QBWC1001 and QBWC1010).
        """
        if self.host in {"127.0.0.1", "0.0.0.0", "::", "::1", "localhost"}:  # noqa: S104 - compared.
            return f"http://localhost:{self.port}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def port_number(text: str) -> int:
    """Return the port that `text` names; 0 asks for any free one."""
    if not text.isdecimal() or int(text) > PORT_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a number from 0 to {PORT_MAX}")
    return int(text)


def add_serving_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of both `run` and `serve`."""
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="H", help="listen on this address (%(default)s)"
    )
    parser.add_argument(
        "--port",
        default=8000,
        metavar="P",
        type=port_number,
        help="listen on this port (%(default)s); 0 takes a free one",
    )
    add_data_argument(parser)
    parser.add_argument(
        "--with-quickbooks",
        action="store_true",
        help="also run a simulated QuickBooks Desktop and Web Connector against this server",
    )


def free_address(host: str, port: int) -> Address:
    """Return where to listen, with port 0 replaced by a free one.

    :raises CommandFailed: if the port is taken, or the host is no address of this machine.
    """
    try:
        family, kind, number, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, number) as probe:
            # As the server does: a port whose last connections are fading out is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
            return Address(host=host, port=probe.getsockname()[1])
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = f"Port {port} on {host} is already in use; choose another with --port."
        elif error.errno == errno.EACCES:
            message = f"Port {port} may not be opened by this user; choose one above 1023 (--port)."
        else:
            message = f"{host} cannot be listened on: {error.strerror or error}."
        raise CommandFailed(message) from error


def serve(
    address: Address,
    *,
    workers: int,
    folder: Path,
    with_quickbooks: bool,
    ready: Callable[[], None],
    threads: int = THREADS,
) -> int:
    """Serve until Ctrl-C or SIGTERM; return 0, or 1 if the server gave up by itself.

    `ready` is called once, when connections are taken.
    """
    # Loaded here, a mistake in the settings is one sentence now, and workers start at once.
    import_module(APPLICATION.partition(":")[0])
    connections.close_all()  # A connection must not be shared with the workers forked from here.
    companion: list[subprocess.Popen[bytes]] = []

    has_ended = threading.Event()

    def started() -> None:
        _end_with_the_terminal()
        threading.Thread(target=announce, name="announce", daemon=True).start()

    def announce() -> None:
        # The workers begin to listen a while after this; who is told too early is refused.
        while not _takes_connections(address):
            if has_ended.wait(POLL_S):
                return
        if with_quickbooks:
            companion.append(_start_companion(address, folder))
        ready()

    server = Granian(
        APPLICATION,
        address=address.host,
        port=address.port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        websockets=False,
        workers_kill_timeout=STOP_S,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
    )
    server.on_startup(started)
    # We chose the number of threads by measuring; see benchmarks/README.md.
    logging.getLogger("_granian").addFilter(_is_news)
    try:
        # Each worker learns whose it is, not who its parent is by then: that may be gone already.
        server.serve(
            target_loader=partial(_load_application, os.getpid(), address, threads),
            wrap_loader=True,
        )
    except SystemExit as ended:
        return 1 if ended.code else 0
    finally:
        has_ended.set()
        for each in companion:
            _stop(each)
    return 0


def _is_news(record: logging.LogRecord) -> bool:
    """Return whether granian says something that somebody who starts it could act on."""
    return not record.getMessage().startswith("Configuration allows spawning up to")


def _takes_connections(address: Address) -> bool:
    try:
        with socket.create_connection((address.host, address.port), timeout=STOP_S):
            return True
    except OSError:
        return False


def _load_application(server: int, address: Address, threads: int, target: str) -> Any:
    """Return the WSGI application; runs in each worker of the program `server`, first of all."""
    _leave_when_orphaned(server)
    module, _, name = target.partition(":")
    application = getattr(import_module(module), name)
    import_module("fieldledger.proving.training.address").serve_at(
        address.local_url, threads=threads
    )
    # Models can be imported only now that the application has started Django.
    import_module("fieldledger.api.webhooks.worker").start()
    import_module("fieldledger.quickbooks.contacts").start_writing()
    import_module("fieldledger.quickbooks.mail_worker").start()
    import_module("fieldledger.accounts.audit_chain").start()
    return application


def _leave_when_orphaned(server: int) -> None:
    """End this worker soon after the program that started it has died without saying so.

    Otherwise a killed server would leave workers behind that hold its port and its database.
    """

    def watch() -> None:
        while os.getppid() == server:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, name="orphan-watch", daemon=True).start()


def _end_with_the_terminal() -> None:
    """Make a closed terminal end the server, where granian would restart its workers instead."""
    if not sys.stdin or not sys.stdin.isatty():
        return

    def hang_up(_signal: int, _frame: FrameType | None) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    signal.signal(signal.SIGHUP, hang_up)


def _start_companion(address: Address, folder: Path) -> subprocess.Popen[bytes]:
    """Start the simulated QuickBooks; it ends when the pipe to it closes, whoever closes it."""
    command = [sys.executable, "-m", "fieldledger.website", "companion"]
    return subprocess.Popen(  # noqa: S603 - this Python, with words of our own.
        [*command, "--url", address.local_url, "--data", str(folder)],
        stdin=subprocess.PIPE,
        # Ctrl-C reaches all programs of a terminal; this one is to be ended by us, in order.
        start_new_session=True,
    )


def _stop(companion: subprocess.Popen[bytes]) -> None:
    companion.terminate()
    try:
        companion.wait(STOP_S)
    except subprocess.TimeoutExpired:
        remark("The simulated QuickBooks did not stop by itself and was ended.")
        companion.kill()
        companion.wait()

"""The simulated QuickBooks Desktop and Web Connector that --with-quickbooks starts.

It ends when its standard input closes, so that it never outlives the server that started it.
"""

import argparse
import os
import signal
import sys
import threading

from fieldledger.website.commands.place import add_data_argument, open_place
from fieldledger.website.commands.terminal import remark


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("--url", required=True, metavar="U", help="the server's own address")
    add_data_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Run the companion until it is told to stop."""
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(0))
    threading.Thread(target=_leave_with_the_server, daemon=True).start()
    folder = open_place(options.data)
    from fieldledger.proving import companion

    try:
        companion.run(options.url, folder)
    except KeyboardInterrupt:
        return 0
    except Exception as error:  # noqa: BLE001 - whatever it was, the server goes on and the person is told.
        remark(f"The simulated QuickBooks stopped: {type(error).__name__}: {error}")
        return 1
    return 0


def _leave_with_the_server() -> None:
    # Not through sys.stdin: its lock, held by this thread, makes Python end with a fatal error.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)

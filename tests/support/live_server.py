"""A server in the tests' own program, on the database of the test."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from fieldledger.quickbooks import door


@pytest.fixture(scope="session")
def live_server(request: pytest.FixtureRequest) -> Iterator[LiveServer]:
    """A server of the pages and, as the product's own, of the Web Connector's door."""
    server = LiveServer("localhost", start=False)
    thread: Any = server.thread
    pages = thread.static_handler

    def with_door(handler: Any) -> Any:
        django = pages(handler)

        def application(environ: Any, start_response: Any) -> Any:
            of_door = environ["PATH_INFO"].startswith(door.PATH)
            return (door.application if of_door else django)(environ, start_response)

        return application

    thread.static_handler = with_door
    server.start()
    yield server
    server.stop()

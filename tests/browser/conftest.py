"""The demo business on a live server, with its owner signed in in a real browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from fieldledger.accounts.models import User
from fieldledger.quickbooks import door
from fieldledger.website.demo import Demo
from tests.support.demo import copied_demo


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


@pytest.fixture
def demo(live_server: LiveServer) -> Demo:
    cache.clear()
    return copied_demo(timezone.now())


@pytest.fixture
def signed_in(demo: Demo, page: Page, live_server: LiveServer, settings: LazySettings) -> Page:
    """A page of the owner's browser, at the home page."""
    client = Client()
    client.force_login(User.objects.get(email=demo.email))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page.goto(live_server.url)
    return page

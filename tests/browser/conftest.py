"""The demo business on a live server, with its owner signed in in a real browser."""

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from fieldledger.accounts.models import User
from fieldledger.website.demo import Demo, make_demo
from tests.support.live_server import live_server

__all__ = ["live_server"]


@pytest.fixture
def demo(live_server: LiveServer) -> Demo:
    cache.clear()
    return make_demo(timezone.now())


@pytest.fixture
def signed_in(demo: Demo, page: Page, live_server: LiveServer, settings: LazySettings) -> Page:
    """A page of the owner's browser, at the home page."""
    client = Client()
    client.force_login(User.objects.get(email=demo.email))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page.goto(live_server.url)
    return page

"""Every page of the table of addresses, found by asking each one; and what axe says of a page."""

import re
from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import URLPattern
from playwright.sync_api import Page, ViewportSize

from fieldledger.accounts.models import User
from fieldledger.website import urls
from fieldledger.website.demo import Demo
from tests.website.pages.addresses import address

PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
DESK: Final[ViewportSize] = {"width": 1280, "height": 860}
_ALLAUTH: Final = ("/accounts/password/change/", "/accounts/2fa/", "/accounts/logout/")
# What a page shows is settled; movement would make colours in between.
_OPTIONS: Final = """{
  resultTypes: ["violations"],
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  rules: {"target-size": {enabled: true}},
}"""
_RUN: Final = f"axe.run({_OPTIONS}).then((found) => found.violations)"
_OF_COLOURS: Final = """axe.run({
  resultTypes: ["violations"],
  runOnly: {type: "rule", values: ["color-contrast", "link-in-text-block"]},
}).then((found) => found.violations)"""


def patterns() -> list[URLPattern]:
    """Return every address of our pages; the API's and the sign-in's are not in it."""
    return [each for each in urls.urlpatterns if isinstance(each, URLPattern)]


def pages(demo: Demo) -> list[str]:
    """Return the address of every page that shows by itself, with records of the demo in it.

    What only takes forms, what is a part of a page, a file or a way elsewhere is none.
    """
    browser = Client()
    browser.force_login(User.objects.get(email=demo.email))
    found = []
    for each in patterns():
        where = address(str(each.name), demo.business)
        response = browser.get(where)
        kind = response.headers.get("Content-Type", "")
        if response.status_code == 200 and kind.startswith("text/html"):
            content = b"".join(response) if response.streaming else response.content
            if re.match(rb"\s*<!doctype html", content, re.IGNORECASE):
                found.append(where)
    return [*found, *_ALLAUTH]


def obstacles(page: Page, *, of_colours: bool = False) -> list[str]:
    """Return what axe finds wrong with the page as it is, by WCAG 2.2 AA and good practice.

    :param of_colours: Only by the rules that colours can break.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found: list[dict[str, Any]] = page.evaluate(_OF_COLOURS if of_colours else _RUN)
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:160]} ({len(each['nodes'])})" for each in found
    ]


def too_wide(page: Page) -> int:
    """Return how many pixels the page needs beyond the width of a phone; 0 if it fits."""
    page.set_viewport_size(PHONE)
    wide: int = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(DESK)
    return max(wide - PHONE["width"], 0)

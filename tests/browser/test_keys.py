"""Keys in a real browser: the palette, the lists, what a letter does, and switching letters off."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from fieldledger.website.demo import Demo

pytestmark = pytest.mark.browser


def test_i5_1_the_palette_goes_to_what_was_typed(
    demo: Demo, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in

    page.keyboard.press("Control+k")
    page.keyboard.type("1039")
    expect(page.locator("#palette [aria-selected=true]")).to_contain_text("Invoice 1039")
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_have_text("Invoice 1039")
    assert demo.email


def test_i5_1_a_list_is_walked_searched_and_opened_by_letters(
    demo: Demo, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    page.goto(f"{live_server.url}/clients/")
    links = page.locator(".table-list .main-cell a")

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(links.first).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("main input[type=search]")).to_be_focused()
    page.goto(f"{live_server.url}/clients/")
    name = links.nth(1).inner_text()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(name)
    page.keyboard.press("u")
    page.wait_for_url("**/clients/")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/invoices/")
    assert demo.email


def test_i5_1_letters_can_be_switched_off_and_the_help_opens_at_its_chapter(
    demo: Demo, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    page.goto(f"{live_server.url}/tax-rates/")

    page.keyboard.press("h")
    expect(page.locator("#help .prose h2")).to_have_text(re.compile("Mapping"))
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.click("[data-single-keys=off]")
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    assert demo.email

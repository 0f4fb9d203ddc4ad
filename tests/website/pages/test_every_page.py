"""What holds for every page: it shows, it is whole without inline code, and only for its people."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import URLPattern, reverse

from fieldledger.office.models import Invoice
from fieldledger.website import urls
from tests.support.office_pc import OfficePc
from tests.website.pages.addresses import FORMS_ONLY, OF_A_STEP, address, names
from tests.website.pages.conftest import Office

# Each would run, or colour, against the Content-Security-Policy: such a page would be broken.
INLINE = re.compile(
    r"<style|\sstyle\s*=|<script(?![^>]*\ssrc=)|\son[a-z]+\s*=\s*[\"']|javascript:|\shx-on",
    re.IGNORECASE,
)
PAGES = [name for name in names() if name not in FORMS_ONLY]
NEEDS_A_RECORD = [
    str(each.name)
    for each in [*urls.office, *urls.quickbooks]
    if "<uuid:guid>" in str(each.pattern)
]


def is_whole(response: Any) -> None:
    content = response.content.decode()
    assert not INLINE.findall(content)
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "None" not in re.sub(r"<[^>]*>", " ", content).replace(">None<", "").split()


def synced(office: Office) -> OfficePc:
    pc = OfficePc(office.business)
    pc.set_up(review=False)
    for _ in range(3):
        pc.run()
    pc.sync(*Invoice.objects.order_by("pk").values_list("guid", flat=True)[:5])
    pc.run()
    return pc


def test_every_page_shows_before_quickbooks_is_switched_on(office: Office) -> None:
    for name in [str(each.name) for each in urls.office if each.name not in FORMS_ONLY]:
        response = office.browser.get(address(name, office.business))

        assert response.status_code == 200, name
        is_whole(response)


def test_every_page_shows_while_records_are_in_quickbooks(office: Office) -> None:
    synced(office)

    for name in PAGES:
        if name == "decide_plan_row":
            continue
        response = office.browser.get(address(name, office.business))

        expected = {200, 302} if name in OF_A_STEP else {200}
        assert response.status_code in expected, (name, response.status_code)
        if response.status_code == 200 and name != "setup_file":
            is_whole(response)


@pytest.mark.parametrize("name", sorted(FORMS_ONLY))
def test_what_changes_something_is_never_done_by_a_link(office: Office, name: str) -> None:
    guid = "<uuid:guid>" in str(next(p for p in all_patterns() if p.name == name).pattern)

    response = office.browser.get(reverse(name, args=[uuid4()] if guid else []))

    assert response.status_code == 405


def all_patterns() -> list[URLPattern]:
    return [*urls.office, *urls.quickbooks]


def test_a_stranger_is_led_to_the_sign_in_and_back(office: Office) -> None:
    stranger = Browser()

    for name in PAGES:
        if name in {"entry", "decide_plan_row"}:
            continue
        where = address(name, office.business)
        response = stranger.get(where)

        assert response.status_code == 302, name
        assert response.headers["Location"].startswith("/accounts/login/?next=")


def test_a_part_that_asks_for_itself_leads_the_whole_page_to_the_sign_in(office: Office) -> None:
    response = Browser().get(reverse("clients"), headers={"HX-Request": "true"})

    assert response.headers["HX-Redirect"] == "/accounts/login/?next=/"


def test_another_business_looks_like_nothing(office: Office, neighbour: Office) -> None:
    synced(office)
    before = list(Invoice.objects.order_by("pk").values())

    for name in NEEDS_A_RECORD:
        if name == "decide_plan_row":
            continue
        where = address(name, office.business)
        method = neighbour.browser.post if name in FORMS_ONLY else neighbour.browser.get

        assert method(where).status_code == 404, name
        if name not in FORMS_ONLY:
            assert neighbour.browser.post(where).status_code in {404, 405}, name
    assert list(Invoice.objects.order_by("pk").values()) == before


def test_lists_hold_nothing_of_another_business(office: Office, neighbour: Office) -> None:
    for name in ("home", "clients", "items", "invoices", "tax_rates", "sync_log", "client_choices"):
        content = neighbour.browser.get(reverse(name)).content.decode()

        for word in ("Smith", "Labor", "1040", "County", "Harbor"):
            assert word not in content, (name, word)


def test_a_technician_sees_no_money_and_no_quickbooks(technician: Office) -> None:
    for name in ("home", "clients", "client", "items", "item"):
        response = technician.browser.get(address(name, technician.business))

        assert response.status_code == 200
        assert "$" not in response.content.decode(), name
    for name in ("invoices", "new_invoice", "tax_rates", "features", "sync_log", "quickbooks"):
        response = technician.browser.get(reverse(name))

        assert response.status_code == 403, name
        assert "not for your role" in response.content.decode()
    assert technician.browser.post(reverse("switch_addon"), {"enabled": "yes"}).status_code == 403


def test_the_appearance_is_kept_and_leads_back(office: Office) -> None:
    response = office.browser.post(
        reverse("appearance"), {"appearance": "dark", "back": "/clients/?q=a"}
    )

    assert response.headers["Location"] == "/clients/?q=a"
    assert 'data-theme="dark"' in office.browser.get("/").content.decode()
    assert (
        office.browser.post(
            reverse("appearance"), {"appearance": "", "back": "//evil.example"}
        ).headers["Location"]
        == "/"
    )
    assert "data-theme" not in office.browser.get("/").content.decode()


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/password/reset/"])
def test_the_sign_in_pages_are_whole(db: None, address: str) -> None:
    is_whole(Browser().get(address))


def test_what_is_not_there_says_so(office: Office) -> None:
    response = office.browser.get("/no/such/page")

    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()

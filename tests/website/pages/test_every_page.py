"""What holds for every page: it shows, it is whole without inline code, and only for its people."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.mail import EmailMessage
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
    if response.streaming:  # A file to keep, not a page.
        assert response.headers["Content-Disposition"].startswith("attachment; ")
        return
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
        if response.status_code == 200 and name != "setup_file" and not name.endswith("_csv"):
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


@pytest.mark.parametrize("name", ["home", "clients", "items", "invoices", "sync_log"])
def test_a_longer_list_asks_the_database_no_more_often(
    office: Office, name: str, django_assert_max_num_queries: Any
) -> None:
    synced(office)
    office.browser.get(reverse(name))

    with django_assert_max_num_queries(19):  # The log asks for its views and what to choose from.
        office.browser.get(reverse(name))


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


def test_a_fresh_installation_is_set_up_by_its_first_visitor(db: None) -> None:
    browser = Browser(SERVER_NAME="localhost")
    assert "Set up your business" in browser.get("/", follow=True).content.decode()

    form = browser.get("/accounts/signup/")
    wrong = browser.post("/accounts/signup/", {"business_name": "Acme", "email": "not one"})
    made = browser.post(
        "/accounts/signup/",
        {
            "business_name": "Acme Plumbing",
            "name": "Ann",
            "email": "ann@acme.example",
            "password1": "a long enough password",
            "time_zone": "America/Chicago",
        },
        follow=True,
    )

    is_whole(form)
    assert "Enter a valid email address" in wrong.content.decode()
    assert 'value="not one"' in wrong.content.decode()
    assert made.status_code == 200
    assert "Acme Plumbing" in made.content.decode()
    assert "No invoices yet" in made.content.decode()
    assert "Set up your business" not in Browser().get("/accounts/login/").content.decode()
    assert "By invitation only" in Browser().get("/accounts/signup/").content.decode()


def test_a_forgotten_password_is_set_anew_by_letter(
    office: Office, mailoutbox: list[EmailMessage]
) -> None:
    stranger = Browser(SERVER_NAME="localhost")
    email = "owner@harborplumbing.example"

    asked = stranger.post("/accounts/password/reset/", {"email": email}, follow=True)
    assert "Look into your mail" in asked.content.decode()
    link = re.search(
        r"http://localhost(?::\d+)?(/accounts/password/reset/key/\S+)", str(mailoutbox[0].body)
    )
    assert link
    form = stranger.get(link[1], follow=True)
    is_whole(form)
    where = form.redirect_chain[-1][0]
    done = stranger.post(
        where,
        {"password1": "another long password", "password2": "another long password"},
        follow=True,
    )

    assert "Password changed" in done.content.decode()
    assert stranger.login(email=email, password="another long password")


def test_what_is_not_there_says_so(office: Office) -> None:
    response = office.browser.get("/no/such/page")

    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()

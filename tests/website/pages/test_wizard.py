"""The set-up's pages: advice, drawings, refusals named in the live list, what to do in trouble."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse
from lxml import etree

from fieldledger.office.models import TaxRate
from fieldledger.quickbooks.models import Connection
from tests.support.office_pc import OfficePc
from tests.website.pages.conftest import Office
from tests.website.pages.test_office_pages import text
from tests.website.pages.test_quickbooks_pages import at_the_import, get, post

PICTURES = {
    "menu",
    "add-an-application",
    "authorize-web-service",
    "certificate",
    "access-confirmation",
    "password",
    "save-password",
}


def without_tax_rates(office: Office) -> None:
    office.business.invoices.update(tax_rate=None)
    office.business.credits.update(tax_rate=None)
    TaxRate.objects.filter(business=office.business).delete()


@pytest.mark.parametrize("name", ["addon", "setup"])
def test_s6_z10_the_advice_is_there_until_rates_are_set_up(
    office: Office, connection: Connection, name: str
) -> None:
    advice = "payment methods and tax rates before you connect"
    assert advice not in text(get(office, name))

    without_tax_rates(office)

    page = get(office, name)
    assert advice in text(page)
    assert f'<a href="{reverse("tax_rates")}">add your tax rates</a>' in page.content.decode()
    office.browser.post(reverse("tax_rates"), {"name": "County", "percent": "7.5"})
    assert advice not in text(get(office, name))


def test_s6_once_connected_the_advice_is_over(office: Office) -> None:
    without_tax_rates(office)
    at_the_import(office)

    assert "before you connect" not in text(get(office, "addon"))


@pytest.mark.parametrize(
    ("hresult", "title", "click"),
    [
        ("0x80040418", "only a QuickBooks administrator can allow it", "sign in as Admin"),
        ("0x8004041A", "No access to the company file", "Tick “Allow access” beside Fieldledger"),
        ("0x80040420", "Access was denied", "Tick “Allow access” beside Fieldledger"),
    ],
)
def test_s24_a_refusal_of_somebody_who_is_no_admin_is_named_with_who_can_help_and_what_to_click(
    office: Office, connection: Connection, hresult: str, title: str, click: str
) -> None:
    assert "log in as an admin" in text(get(office, "setup"))
    post(office, "setup_next", step="install")
    pc = OfficePc(office.business)
    pc.install()

    pc.run(f"closed={hresult}")

    page = text(get(office, "checklist"))
    assert title in page
    assert "Who can help: the QuickBooks administrator" in page
    assert page.index(title) < page.index("Who can help") < page.index(click)
    pc.run()
    after = text(get(office, "checklist"))
    assert "Who can help" not in after
    assert "Connected at" in after


def test_a_refusal_without_a_code_is_said_as_it_is(office: Office, connection: Connection) -> None:
    post(office, "setup_next", step="install")
    Connection.objects.update(last_error="QuickBooks 2021 is too old.")

    page = text(get(office, "checklist"))

    assert "QuickBooks 2021 is too old." in page
    assert "Who can help" not in page


def pictures_of(page: str) -> dict[str, str]:
    """Return {name: alt text} of the drawings on a page."""
    images = re.findall(r'<img class="picture" src="[^"]*?/pictures/([^"?]+)\.svg[^>]*>', page)
    alts = re.findall(r'<img class="picture"[^>]*alt="([^"]*)"', page)
    return dict(zip(images, alts, strict=True))


def test_s27_the_windows_of_other_programs_are_drawn_with_the_answer_marked(
    office: Office, connection: Connection
) -> None:
    first = get(office, "setup").content.decode()
    second = post(office, "setup_next", step="install").content.decode()

    shown = pictures_of(first) | pictures_of(second)
    assert set(shown) == PICTURES
    assert all((len(alt) > 40 and "marked" in alt) or "Numbered" in alt for alt in shown.values())
    assert first.index("Add an Application</strong>") < first.index("add-an-application.svg")
    for image in re.findall(r'<img class="picture" src="([^"]+)"', first + second):
        assert finders.find(image.removeprefix("/static/").partition("?")[0]), image


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_s27_a_drawing_is_ours_has_a_dark_form_and_loads_nothing(name: str) -> None:
    found = finders.find(f"pictures/{name}.svg")
    assert isinstance(found, str)
    drawn = Path(found).read_text(encoding="utf-8")
    tree = etree.fromstring(drawn.encode())

    assert "prefers-color-scheme: dark" in drawn
    assert 'class="mark"' in drawn  # The right answer.
    names = {etree.QName(each).localname for each in tree.iter() if isinstance(each.tag, str)}
    assert names <= {"svg", "title", "style", "rect", "text", "path", "circle"}
    assert "href" not in drawn
    assert "url(" not in drawn


def test_every_step_says_what_to_do_when_something_does_not_work(office: Office) -> None:
    post(office, "switch_addon", enabled="yes")
    seen = [get(office, "setup"), post(office, "setup_next", step="install")]
    pc = OfficePc(office.business)
    pc.install()
    pc.run()
    seen.append(post(office, "setup_next", step="authorize"))

    for page, word in zip(seen, ["administrator", "No data exchange", "stop here"], strict=True):
        drawer = text(page).partition("Something does not work?")[2]
        assert word in drawer

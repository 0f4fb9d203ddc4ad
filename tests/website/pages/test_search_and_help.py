"""The search over everything, the palette's lines and the help, each as the server gives them."""

import pytest
from django.urls import reverse

from fieldledger.qbxml.hresults import HRESULTS
from fieldledger.qbxml.statuses import STATUSES
from fieldledger.sync.words import OWN_WORDS
from fieldledger.website.help.chapters import CHAPTERS, chapter_at
from fieldledger.website.help.errors import families
from fieldledger.website.help.glossary import parts
from tests.website.pages.conftest import Office

PART = {"HX-Request": "true"}


def shown(office: Office, name: str, part: bool = False, **asked: str) -> str:
    headers = PART if part else {}
    response = office.browser.get(reverse(name), asked, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_i5_1_one_search_finds_clients_invoices_and_items(office: Office) -> None:
    assert "John Smith" in shown(office, "search", q="smi")
    assert "Invoice 1039" in shown(office, "search", q="1039")
    assert "Nothing begins with" in shown(office, "search", q="nobodyatall")
    assert "&lt;script&gt;" in shown(office, "search", q="<script>")


def test_i5_1_the_palette_has_pages_and_actions_and_finds_records(office: Office) -> None:
    empty, wanted = shown(office, "palette"), shown(office, "palette", q="new inv")

    assert "New client" in empty
    assert "Feature Center" in empty
    assert reverse("new_invoice") in wanted
    assert "New client" not in wanted
    assert "John Smith" in shown(office, "palette", q="john sm")


def test_i5_1_the_palette_and_the_search_obey_the_rights(technician: Office) -> None:
    assert "New invoice" not in shown(technician, "palette")
    for name in ("palette", "search"):
        found = shown(technician, name, q="1039")

        assert "Invoice 1039" not in found, name
        assert "$" not in found, name


def test_i5_10_every_chapter_shows_in_the_drawer_and_as_a_page(office: Office) -> None:
    for chapter in CHAPTERS:
        drawer = shown(office, "help", part=True, chapter=chapter.slug)

        assert f"<h2>{chapter.title}</h2>" in drawer
        assert "<!doctype" not in drawer
        assert "<!doctype" in shown(office, "help", chapter=chapter.slug)


@pytest.mark.parametrize(
    ("page", "stage", "slug"),
    [
        ("sync_log", "", "log"),
        ("invoice", "", "office"),
        ("edit_client", "", "office"),
        ("mapping", "", "mapping"),
        ("setup", "authorize", "authorize"),
        ("setup", "", "install"),
        ("no_such_page", "", "start"),
    ],
)
def test_i5_10_the_help_opens_at_the_pages_chapter(page: str, stage: str, slug: str) -> None:
    assert chapter_at(page, stage) == slug


def test_i5_10_the_help_knows_every_code_and_the_whole_glossary(office: Office) -> None:
    codes = {error.code for family in families() for error in family.errors}
    page = shown(office, "help", chapter="errors")

    assert codes == {*OWN_WORDS, *(str(code) for code in STATUSES if code), *HRESULTS}
    assert all(f">{code}</code>" in page for code in codes)
    assert sum(len(part.terms) for part in parts()) > 50
    assert "<em>customer</em>" in shown(office, "help", chapter="glossary")


@pytest.mark.parametrize("wanted", ["3100", "closing date", "2 minutes", "glossary"])
def test_i5_10_the_help_is_searched(office: Office, wanted: str) -> None:
    found = shown(office, "help", part=True, q=wanted)

    assert f"Found for “{wanted}”" in found
    if wanted == "3100":
        assert "Next move" in found
    assert "Nothing in the help" in shown(office, "help", part=True, q="xyzzy")

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from fieldledger.qbwc.setup_file import (
    DESCRIPTION_LENGTH_MAX,
    FILE_NAME,
    CannotBeReached,
    check_address,
    write_setup_file,
)

_OWNER = UUID("57f3b9b1-86f1-4fcc-b1ee-566de1813d20")
_FILE = UUID("90a44fb5-33d9-4815-ac85-bc87a7e7d1eb")
_GIVEN: dict[str, Any] = {
    "app_name": "Fieldledger - Acme Plumbing",
    "app_url": "https://office.example.com/qbwc",
    "app_description": "Keeps QuickBooks in step with Fieldledger.",
    "app_support": "https://office.example.com/qbwc/support",
    "username": "fl-k3j9x2m7qa",
    "owner_id": _OWNER,
    "file_id": _FILE,
}


def _written(**changes: Any) -> etree._Element:
    return etree.fromstring(write_setup_file(**(_GIVEN | changes)))


def test_the_elements_are_those_of_the_guide_in_its_order() -> None:
    root = _written()

    assert root.tag == "QBWCXML"
    assert [(each.tag, each.text or "") for each in root if not len(each)] == [
        ("AppName", "Fieldledger - Acme Plumbing"),
        ("AppID", ""),
        ("AppURL", "https://office.example.com/qbwc"),
        ("AppDescription", "Keeps QuickBooks in step with Fieldledger."),
        ("AppSupport", "https://office.example.com/qbwc/support"),
        ("UserName", "fl-k3j9x2m7qa"),
        ("OwnerID", "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}"),
        ("FileID", "{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}"),
        ("QBType", "QBFS"),
        ("Style", "Document"),
        ("IsReadOnly", "false"),
        ("Notify", "false"),
        ("PersonalDataPref", "pdpNotNeeded"),
        ("UnattendedModePref", "umpOptional"),
        ("AppUniqueName", "Fieldledger {90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}"),
        ("AppDisplayName", "Fieldledger - Acme Plumbing"),
    ]
    assert root.findtext("Scheduler/RunEveryNMinutes") == "2"
    assert [each.tag for each in root].index("Scheduler") == 10


def test_the_file_is_plain_ascii_and_begins_with_its_declaration() -> None:
    written = write_setup_file(**(_GIVEN | {"app_name": "Büro – “Müller”"}))

    assert written.startswith(b'<?xml version="1.0"?>\n<QBWCXML>\n  <AppName>B&#252;ro')
    assert written.isascii()


def test_downloading_it_again_gives_the_same_bytes() -> None:
    assert write_setup_file(**_GIVEN) == write_setup_file(**_GIVEN)


def test_two_companies_on_one_computer_do_not_replace_each_other() -> None:
    other = UUID("11111111-2222-4333-8444-555555555555")

    names = {_written(file_id=each).findtext("AppUniqueName") for each in (_FILE, other)}

    assert len(names) == 2


def test_the_file_holds_no_password() -> None:
    assert b"assword" not in write_setup_file(**_GIVEN)


def test_how_often_and_under_which_name_it_runs_can_be_chosen() -> None:
    root = _written(minutes=30, app_display_name="Acme")

    assert root.findtext("Scheduler/RunEveryNMinutes") == "30"
    assert root.findtext("AppDisplayName") == "Acme"


@given(st.text(min_size=1).filter(str.strip))
def test_any_name_of_a_business_gives_a_file_that_can_be_read(name: str) -> None:
    root = _written(app_name=name)

    assert len(root) == 17
    assert (root.findtext("AppName") or "") == " ".join((root.findtext("AppName") or "").split())
    if name.isascii() and name.isprintable():
        assert root.findtext("AppName") == " ".join(name.split())


def test_markup_in_a_name_stays_text() -> None:
    root = _written(app_name='</AppName><AppURL>https://evil.example</AppURL> & "Sons"')

    assert root.findtext("AppURL") == _GIVEN["app_url"]
    assert root.findtext("AppName") == '</AppName><AppURL>https://evil.example</AppURL> & "Sons"'


def test_an_ampersand_in_an_address_is_kept() -> None:
    url = "https://office.example.com/qbwc?a=1&b=2"

    assert _written(app_url=url).findtext("AppURL") == url


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"app_name": " "}, "app_name is empty"),
        ({"app_description": ""}, "app_description is empty"),
        ({"username": ""}, "username is empty"),
        ({"app_description": "x" * (DESCRIPTION_LENGTH_MAX + 1)}, "over 80 characters"),
        ({"minutes": 0}, "minutes must be 1 to 1440"),
        ({"minutes": 1441}, "minutes must be 1 to 1440"),
        ({"app_support": "https://help.example.com/"}, "QBWC1000"),
        ({"app_url": "http://office.example.com/qbwc"}, "QBWC1010"),
        ({"app_support": "http://office.example.com/qbwc"}, "QBWC1010"),
    ],
)
def test_what_the_web_connector_would_refuse_is_refused_first(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        write_setup_file(**(_GIVEN | changes))


@pytest.mark.parametrize(
    "url",
    [
        "https://office.example.com/qbwc",
        "https://OFFICE.example.com:8443/qbwc?x=1",
        "https://office/qbwc",
        "https://xn--bro-hoa.example/",
        "https://3com.example/",
        "https://office.example.com./qbwc",
        "http://localhost/qbwc",
        "http://localhost:8000/qbwc",
        "http://LOCALHOST:8000/qbwc",
    ],
)
def test_addresses_that_the_web_connector_takes(url: str) -> None:
    check_address(url)
    assert _written(app_url=url, app_support=url).findtext("AppURL") == url


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://office.example.com/qbwc", "plain http from localhost alone"),
        ("http://localhost.example.com/", "plain http from localhost alone"),
        ("http://office.localhost/", "plain http from localhost alone"),
        ("https://192.168.1.20/qbwc", "numeric addresses"),
        ("http://127.0.0.1:8000/qbwc", "numeric addresses"),
        ("https://[::1]/qbwc", "numeric addresses"),
        ("https://[fe80::1%25eth0]/qbwc", "numeric addresses"),
        ("https://2130706433/", "numeric addresses"),
        ("https://0x7f000001/", "numeric addresses"),
        ("https://127.1/", "numeric addresses"),
        ("ftp://office.example.com/", "not one of a web page"),
        ("office.example.com/qbwc", "not one of a web page"),
        ("/qbwc", "not one of a web page"),
        ("https:///qbwc", "not one of a web page"),
        ("", "not one of a web page"),
        ("https://office.example.com:0/", "not one of a web page"),
        ("https://office.example.com:99999/", "cannot be read"),
        ("https://[::1/qbwc", "cannot be read"),
        ("https://user@office.example.com/", "more than a host and a path"),
        ("https://user:pw@office.example.com/", "more than a host and a path"),
        ("https://office.example.com/#x", "more than a host and a path"),
        ("https://office.example.com/a b", "a space or an invisible character"),
        (" https://office.example.com/", "a space or an invisible character"),
        ("https://office.example.com/\n", "a space or an invisible character"),
        ("https://büro.example/", "letters, digits, hyphens and dots only"),
        ("https://my_office.example/", "letters, digits, hyphens and dots only"),
        ("https://-office.example/", "letters, digits, hyphens and dots only"),
        ("https://office..example/", "letters, digits, hyphens and dots only"),
        (f"https://{'a.' * 150}example/", "letters, digits, hyphens and dots only"),
    ],
)
def test_addresses_that_the_web_connector_refuses(url: str, message: str) -> None:
    with pytest.raises(CannotBeReached, match=message):
        check_address(url)


@given(st.text())
def test_an_address_is_taken_or_refused_in_a_sentence(text: str) -> None:
    said = []
    for url in (text, f"https://{text}", f"https://office.example.com/{text}"):
        try:
            check_address(url)
        except CannotBeReached as refusal:
            said.append(str(refusal))

    assert all(sentence.endswith(".") for sentence in said)


def test_the_file_has_the_name_that_the_pages_speak_of() -> None:
    assert FILE_NAME == "fieldledgerQB_connector.qwc"

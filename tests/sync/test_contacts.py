"""E-mail addresses and phone numbers as people type them."""

import pytest

from fieldledger.sync.contacts import addresses, contact_keys, numbers, without_extension


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        (" ann@example.com ", ("ann@example.com",)),
        ("a@example.com; b@example.com", ("a@example.com", "b@example.com")),
        ("Ann Wu <A@example.com>, b@example.com", ("A@example.com", "b@example.com")),
        ("a@example.com A@Example.com", ("a@example.com",)),
        ("ask at the door", ("ask at the door",)),
    ],
)
def test_addresses_are_found_in_what_was_typed(text: str, found: tuple[str, ...]) -> None:
    assert addresses(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("(650) 555-0001", ("(650) 555-0001",)),
        ("650 555 0001 / 650 555 0002", ("650 555 0001", "650 555 0002")),
        ("5550001 or 5550002", ("5550001", "5550002")),
        ("555/123-4567", ("555/123-4567",)),
        ("555-0101, ask for Ann", ("555-0101, ask for Ann",)),
    ],
)
def test_numbers_are_found_in_what_was_typed(text: str, found: tuple[str, ...]) -> None:
    assert numbers(text) == found


@pytest.mark.parametrize(
    "number",
    ["(650) 555-0001 x 12", "1-650-555-0001 ext. 3", "650 555 0001 Extension 4", "6505550001 #5"],
)
def test_an_extension_is_told_from_the_number(number: str) -> None:
    assert without_extension(number) == "6505550001"


def test_a_contact_is_an_address_or_a_number() -> None:
    assert contact_keys(" Anna@Example.com ", "1 (555) 010-4477") == (
        "@anna@example.com",
        "#5550104477",
    )
    assert contact_keys(" ", "n/a") == ()
    assert contact_keys("", "5550001", "1-555-0001") == ("#5550001",)

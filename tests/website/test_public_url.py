import pytest
from django.core.exceptions import ImproperlyConfigured

from fieldledger.website.public_url import read_public_url


@pytest.mark.parametrize(
    ("text", "url", "host", "https"),
    [
        ("http://localhost:8000", "http://localhost:8000", "localhost", False),
        ("http://127.0.0.1:8123/", "http://127.0.0.1:8123", "127.0.0.1", False),
        ("http://[::1]:8000", "http://[::1]:8000", "[::1]", False),
        ("https://Office.Example.com", "https://office.example.com", "office.example.com", True),
        (" https://10.0.0.5:8443 ", "https://10.0.0.5:8443", "10.0.0.5", True),
    ],
)
def test_an_address_is_read(text: str, url: str, host: str, https: bool) -> None:
    read = read_public_url(text)

    assert (read.url, read.host, read.https) == (url, host, https)


@pytest.mark.parametrize(
    "text", ["http://office.example.com", "http://192.168.1.5:8000", "http://localhost.evil.com"]
)
def test_plain_http_beyond_this_machine_refuses_to_start(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="passwords would cross the network"):
        read_public_url(text)


@pytest.mark.parametrize(
    "text",
    [
        "office.example.com",
        "ftp://x",
        "https://",
        "https://x/path",
        "https://x:port",
        "https://a@x",
    ],
)
def test_what_is_no_address_refuses_to_start(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="FIELDLEDGER_PUBLIC_URL"):
        read_public_url(text)

"""The public address and its certificate, as the Web Connector needs them.

Source: Intuit QBWC Programmer's Guide ch. 4 and appendix A (QBWC1000 to 1004, 1010, 1048).
"""

import http.client
import socket
import ssl
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import SplitResult, urlsplit

from fieldledger.qbwc.setup_file import CannotBeReached, check_address
from fieldledger.website.checks import Finding, fine, not_checked, wrong

TIMEOUT_S: Final = 8
CERTIFICATE_DAYS_MIN: Final = 14
HTTPS_PORT: Final = 443

_ADDRESS: Final = "Public address"
_CERTIFICATE: Final = "Certificate"
_PAGES: Final = "Web Connector pages"


def check_public_address(url: str, *, is_given: bool, now: datetime) -> list[Finding]:
    """Look at the address that people and the Web Connector use.

    `is_given`: somebody has named it; otherwise it is this machine's default, at which nothing
    needs to answer while no server runs.
    """
    try:
        check_address(f"{url}/qbwc")
    except CannotBeReached as refused:
        return [
            wrong(
                _ADDRESS,
                f"{url}: {refused}",
                "Name an address that the Web Connector takes in FIELDLEDGER_PUBLIC_URL.",
            )
        ]
    findings = [fine(_ADDRESS, f"the Web Connector takes {url}")]
    parts = urlsplit(url)
    if parts.scheme != "https":
        findings.append(
            not_checked(_CERTIFICATE, "plain http: for QuickBooks on this very machine alone")
        )
    else:
        certificate = check_certificate(parts, now=now)
        findings.append(certificate)
        if certificate.to_do:
            return [*findings, not_checked(_PAGES, "the certificate comes first")]
    return [*findings, check_pages(parts, is_given=is_given)]


def check_certificate(parts: SplitResult, *, now: datetime) -> Finding:
    """Look whether Windows could trust the address's certificate, by this machine's own roots."""
    host, port = parts.hostname or "", parts.port or HTTPS_PORT
    context = ssl.create_default_context()
    # Windows 10 has no TLS 1.3, and many QuickBooks computers still run it.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    try:
        with (
            socket.create_connection((host, port), timeout=TIMEOUT_S) as line,
            context.wrap_socket(line, server_hostname=host) as secured,
        ):
            certificate = secured.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        return wrong(
            _CERTIFICATE,
            f"it cannot be trusted ({error.verify_message}): the Web Connector shows QBWC1048",
            f"Give the proxy in front a certificate for {host} from a public authority, with the"
            " whole chain.",
        )
    except ssl.SSLError as error:
        return wrong(
            _CERTIFICATE,
            f"no TLS 1.2 connection comes about ({error.reason or 'it was broken off'})",
            "Let the proxy in front offer TLS 1.2, which QuickBooks computers may need.",
        )
    except OSError as error:
        return wrong(
            _CERTIFICATE,
            f"{host} cannot be reached on port {port} ({error.strerror or error})",
            "Look at the name (DNS), the proxy in front and the firewall.",
        )
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    if ends - now < timedelta(days=CERTIFICATE_DAYS_MIN):
        return wrong(
            _CERTIFICATE,
            f"it ends on {ends:%Y-%m-%d}",
            "Renew it now, and see why it was not renewed by itself.",
        )
    return fine(_CERTIFICATE, f"trusted, ends on {ends:%Y-%m-%d}")


def check_pages(parts: SplitResult, *, is_given: bool) -> Finding:
    """Look whether the pages answer a stranger with 200, as adding the application needs."""
    for path in ("/qbwc", "/qbwc/support"):
        try:
            status = _status_of(parts, path)
        except (OSError, http.client.HTTPException) as error:
            if not is_given:
                return not_checked(_PAGES, f"no server runs at {parts.geturl()}")
            return wrong(
                _PAGES,
                f"nothing answers at {parts.geturl()}{path} ({error})",
                "Start the server, or correct the proxy in front or FIELDLEDGER_PUBLIC_URL.",
            )
        if status != http.client.OK:
            return wrong(
                _PAGES,
                f"{path} answers {status} to a stranger; the Web Connector needs 200 (QBWC1003)",
                "Let the proxy in front pass it through as it is, with no sign-in and no redirect.",
            )
    return fine(_PAGES, "both answer")


def _status_of(parts: SplitResult, path: str) -> int:
    host = parts.hostname or ""
    line: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        line = http.client.HTTPSConnection(host, parts.port, timeout=TIMEOUT_S, context=context)
    else:
        line = http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT_S)
    try:
        line.request("GET", path)
        return line.getresponse().status
    finally:
        line.close()

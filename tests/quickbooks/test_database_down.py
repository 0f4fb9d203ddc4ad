"""What the door answers while the database does not: 503 at once, and nothing is half done."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError, connection

from fieldledger.quickbooks.models import Session
from fieldledger.simulator.soap import Call, write_call
from tests.support.office_pc import post

# The door drops its connection, so the test may not hold a transaction on it.
pytestmark = pytest.mark.django_db(transaction=True)

TICKET = str(UUID(int=1))


def _down(_execute: Callable[..., Any], _sql: str, *_more: Any) -> Any:
    raise OperationalError("server closed the connection unexpectedly")


@pytest.mark.parametrize(
    "call",
    [
        Call("receiveResponseXML", (("ticket", TICKET), ("response", "<QBXML/>"))),
        Call("receiveResponseXML", (("ticket", TICKET), ("response", "<QBXML/>" + " " * 100_000))),
        Call("closeConnection", (("ticket", TICKET),)),
    ],
    ids=["small answer", "large answer", "goodbye"],
)
def test_a_call_is_answered_503_with_a_fault(call: Call) -> None:
    with connection.execute_wrapper(_down):
        status, body = post(write_call(call))

    assert status == 503
    assert b"database does not answer right now" in body
    assert not Session.objects.exists()

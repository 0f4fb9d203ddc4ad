"""A SOAP client that knows nothing but the service's own description does a whole session."""

from typing import Any

import pytest
import zeep
from requests import Response
from zeep.transports import Transport

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.qbwc.wsdl import write_wsdl
from tests.support.office_pc import OfficePc, get, post

pytestmark = pytest.mark.django_db

ADDRESS = "http://localhost/qbwc"


class AtTheDoor(Transport):
    """Carries what zeep asks for to the door, without a socket."""

    def load(self, url: str) -> Any:
        assert url == f"{ADDRESS}?wsdl"
        status, body = get("/qbwc", "wsdl")
        assert status == 200
        return body

    def post(self, address: str, message: bytes, headers: dict[str, str]) -> Any:
        assert address == ADDRESS
        answer = Response()
        answer.status_code, answer._content = post(message)
        answer.headers["Content-Type"] = "text/xml; charset=utf-8"
        return answer


def test_zeep_reads_the_wsdl_and_brings_a_client_to_quickbooks(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    now = pc.now
    office.create_client(business=business, values={"name": "Anna Smith"}, now=now)
    assert pc.connector is not None
    connect: Any = zeep.Client
    carrier: Any = AtTheDoor
    ask = connect(f"{ADDRESS}?wsdl", transport=carrier()).service
    books = pc.company.open_session()

    assert ask.serverVersion()
    assert ask.clientVersion("2.3.0.215") is None
    ticket, verdict = ask.authenticate(pc.connector.username, pc.connector.password)
    assert verdict is None
    done, rounds = 0, 0
    while done < 100:
        document = ask.sendRequestXML(ticket, "", "", "US", 16, 0)
        done = ask.receiveResponseXML(ticket, pc.company.answer(document, session=books, now=now))
        assert 0 < done <= 100
        rounds += 1
    goodbye = ask.closeConnection(ticket)

    assert rounds == 3  # Which file this is, whether it is as we left it, and the client.
    assert goodbye == "Finished: 1 done."
    assert pc.states() == {"synced": 1}
    assert "Anna Smith" in [each.name for each in pc.company.customers()]


def test_its_description_is_that_of_the_service() -> None:
    assert get("/qbwc", "wsdl")[1] == write_wsdl(ADDRESS)

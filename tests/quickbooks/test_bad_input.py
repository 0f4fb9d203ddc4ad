"""Whatever is wrong at the door: the documented reply, a plain sentence, and nothing lost.

The replies are those of Intuit's QBWC Programmer's Guide ch. 2 and 5; the meaning of the codes is
in fieldledger.qbxml.statuses and hresults, each with its source.
"""

import re

import pytest
from django.utils import timezone

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Client, Invoice
from fieldledger.quickbooks import door, queries
from fieldledger.quickbooks.models import Connection, Exchange, MessageSet, SyncEntry
from fieldledger.quickbooks.throttle import FREE_TRIES, Throttle
from fieldledger.simulator import people
from fieldledger.simulator.soap import Call, Received, Reply
from fieldledger.sync.content import State
from tests.qbwc.envelopes import dotnet
from tests.support.office_pc import OfficePc, exchange, post

pytestmark = pytest.mark.django_db

# Words a person can read, to the full stop; the last ones may be QuickBooks' own, quoted.
SENTENCE = re.compile(r"[A-Z“].+[.]”?", re.DOTALL)


@pytest.fixture(autouse=True)
def _nobody_is_slowed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_THROTTLE", Throttle())


def new_client(business: Business, name: str) -> Client:
    return office.create_client(business=business, values={"name": name}, now=timezone.now())


def new_invoice(business: Business, client: Client) -> Invoice:
    now = timezone.now()
    name = f"Work {client.pk}"
    item = office.create_item(business=business, values={"name": name, "price": "80"}, now=now)
    line = {"item": item.guid, "quantity": "1", "unit_price": "80.00"}
    values = {"client": client.guid, "date": f"{now:%Y-%m-%d}", "lines": [line]}
    return office.create_invoice(business=business, values=values, now=now)


def entry_of(pc: OfficePc, title: str) -> SyncEntry:
    (entry,) = pc.entries(title=title)
    return entry


def text_of(reply: Reply) -> str:
    assert isinstance(reply, Received)
    return reply.body.decode()


def authenticate(username: str, password: str) -> str:
    call = Call("authenticate", (("strUserName", username), ("strPassword", password)))
    return text_of(exchange(call))


# --- A wrong password ---


def test_a_wrong_password_is_told_to_both_sides_and_the_queue_is_kept(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    new_client(business, "Anna Smith")
    assert pc.connector is not None
    right, pc.connector.password = pc.connector.password, "not the password"

    ended = pc.run()

    assert ended.outcome == "nvu"
    found = queries.status(pc.connection, now=timezone.now())
    assert found["wrong_passwords"] == 1
    assert found["wrong_password_at"]
    assert pc.states() == {"pending": 1}
    pc.connector.password = right
    assert pc.run().outcome == "done"
    assert pc.states() == {"synced": 1}


def test_a_wrong_password_and_an_unknown_name_get_one_answer(pc: OfficePc) -> None:
    pc.install()

    known = authenticate(pc.connection.username, "not the password")
    unknown = authenticate("nobody", "not the password")

    assert known == unknown
    assert "<string>nvu</string>" in known
    assert not pc.connection.sessions.exists()


def test_whoever_goes_on_guessing_waits_and_the_office_gets_in_from_elsewhere(
    pc: OfficePc,
) -> None:
    pc.install()
    assert pc.connector is not None
    name = pc.connection.username.encode()
    guess = b"<strUserName>%b</strUserName><strPassword>%b</strPassword>"
    wrong = dotnet("authenticate", (guess % (name, b"guess")).decode())
    right = dotnet("authenticate", (guess % (name, pc.connector.password.encode())).decode())

    answers = [post(wrong, address="192.0.2.1")[0] for _ in range(FREE_TRIES + 1)]

    assert answers == [200] * FREE_TRIES + [429]
    status, body = post(right, address="192.0.2.2")
    assert status == 200
    assert b"nvu" not in body


# --- An unknown ticket ---

STRAYS = [
    (
        Call(
            "sendRequestXML", (("ticket", "T"), ("qbXMLMajorVers", "16"), ("qbXMLMinorVers", "0"))
        ),
        "sendRequestXMLResult",
        "",
    ),
    (
        Call("receiveResponseXML", (("ticket", "T"), ("response", "<x/>"), ("hresult", ""))),
        "receiveResponseXMLResult",
        "-1",
    ),
    (
        Call("connectionError", (("ticket", "T"), ("hresult", "0x80040408"), ("message", ""))),
        "connectionErrorResult",
        "done",
    ),
    (Call("closeConnection", (("ticket", "T"),)), "closeConnectionResult", "OK"),
]


@pytest.mark.parametrize(
    ("call", "element", "answer"), STRAYS, ids=[each.operation for each, _, _ in STRAYS]
)
def test_an_unknown_ticket_gets_the_answer_that_ends_the_session_and_moves_nothing(
    pc: OfficePc, business: Business, call: Call, element: str, answer: str
) -> None:
    pc.set_up()
    new_client(business, "Anna Smith")
    before = Exchange.objects.count(), MessageSet.objects.count()

    said = text_of(exchange(call))

    found = re.search(f"<{element}(?: ?/>|>(.*)</{element}>)", said)
    assert found is not None
    assert (found[1] or "") == answer
    assert (Exchange.objects.count(), MessageSet.objects.count()) == before
    assert pc.states() == {"pending": 1}


# --- Malformed SOAP ---

NO_CALLS = {
    "empty": b"",
    "not XML": b"GET / HTTP/1.1",
    "cut off": dotnet("authenticate", "<strUserName>u</strUserName>")[:-20],
    "an unknown operation": dotnet("formatDisk", "<drive>C</drive>"),
    "an entity": b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hostname'>]>" + dotnet("x", "&b;"),
    "no envelope": b"<authenticate><strUserName>u</strUserName></authenticate>",
}


@pytest.mark.parametrize("name", NO_CALLS)
def test_malformed_soap_is_a_fault_with_the_reason_in_words_and_moves_nothing(
    pc: OfficePc, business: Business, name: str
) -> None:
    pc.set_up()
    new_client(business, "Anna Smith")

    status, body = post(NO_CALLS[name])

    assert status == 400
    reason = re.search(r"<faultstring>(.+)</faultstring>", body.decode())
    assert reason is not None
    assert SENTENCE.fullmatch(reason[1])
    assert pc.states() == {"pending": 1}
    assert pc.run().outcome == "done"
    assert pc.states() == {"synced": 1}


# --- What QuickBooks refuses ---


def test_3100_a_name_that_is_taken_is_said_and_goes_once_it_is_free(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    Connection.objects.update(resolve_client_conflicts=False)
    people.do(pc.company, "VendorAddRq", {"VendorAdd": {"Name": "Acme Supply"}}, now=pc.now)
    client = new_client(business, "Acme Supply")
    new_client(business, "Anna Smith")

    assert pc.run().outcome == "done"

    entry = entry_of(pc, "Acme Supply")
    assert (entry.state, entry.code) == (State.FAILED, "3100")
    assert SENTENCE.fullmatch(entry.message)
    assert "Acme Supply" in entry.message
    assert entry.said  # QuickBooks' own words are kept beside ours.
    assert entry_of(pc, "Anna Smith").state == State.SYNCED
    now = timezone.now()
    office.update_client(client=client, values={"name": "Acme Supply, client"}, now=now)
    pc.run()
    assert pc.states() == {"synced": 2}


def test_3140_a_reference_that_is_gone_is_said_and_goes_again_when_it_is_back(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    client = new_client(business, "Anna Smith")
    other = new_client(business, "Ben Jones")
    for name in ("Cleo", "Dan", "Eve"):  # What was written last is looked at first, and missed.
        new_client(business, name)
    pc.run()
    there = entry_of(pc, "Anna Smith").quickbooks_id
    backup = pc.company.state.records[there]
    people.delete(pc.company, there, now=pc.now)
    invoice, good = new_invoice(business, client), new_invoice(business, other)
    pc.sync(invoice.guid, good.guid)

    assert pc.run().outcome == "done"

    entry = entry_of(pc, invoice.number)
    assert (entry.state, entry.code) == (State.FAILED, "3140")
    assert SENTENCE.fullmatch(entry.message)
    assert entry.said
    assert entry_of(pc, good.number).state == State.SYNCED
    assert len(pc.company.invoices()) == 1
    pc.company.state.records[there] = backup
    (result,) = pc.act("retry", entry)
    assert result.done
    pc.run()
    assert entry_of(pc, invoice.number).state == State.SYNCED
    assert len(pc.company.invoices()) == 2


def test_0x80040400_a_document_refused_whole_costs_nothing_but_a_few_rounds(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    for number in range(4):
        new_client(business, f"Client {number}")
    before = len(pc.company.customers())

    pc.run("hresult=0x80040400@2")

    assert pc.states() == {"synced": 4}
    assert len(pc.company.customers()) == before + 4


def test_0x80040400_a_record_that_is_refused_alone_is_said_and_kept(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    new_client(business, "Anna Smith")
    before = len(pc.company.customers())

    pc.run("hresult=0x80040400@2")

    (entry,) = pc.entries()
    assert (entry.state, entry.code) == (State.FAILED, "0x80040400")
    assert SENTENCE.fullmatch(entry.message)
    assert len(pc.company.customers()) == before
    (result,) = pc.act("retry", entry)
    assert result.done
    pc.run()
    assert pc.states() == {"synced": 1}
    assert len(pc.company.customers()) == before + 1


# --- QuickBooks is closed ---


def test_closed_quickbooks_is_said_and_everything_goes_once_it_is_open(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    new_client(business, "Anna Smith")

    ended = pc.run("closed")

    assert ended.outcome == "not opened"
    connection = pc.connection
    assert SENTENCE.fullmatch(connection.last_error)
    assert pc.states() == {"pending": 1}
    assert connection.sessions.order_by("-pk")[0].ended
    assert pc.run().outcome == "done"
    assert pc.states() == {"synced": 1}
    assert pc.connection.last_error == ""

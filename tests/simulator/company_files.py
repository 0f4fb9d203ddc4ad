"""What the simulator's tests write and read: documents and their answers."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from lxml import etree

from fieldledger.simulator.company import Company
from fieldledger.simulator.message_sets import Session
from fieldledger.simulator.variant import Variant

NOON = datetime(2026, 5, 3, 19, 0, tzinfo=UTC)  # Noon on the PC in Los Angeles.


def document(requests: str, attributes: str = 'onError="continueOnError"') -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<?qbxml version="13.0"?>\n'
        f"<QBXML><QBXMLMsgsRq {attributes}>{requests}</QBXMLMsgsRq></QBXML>"
    )


@dataclass
class Books:
    """A fresh company and a session with it, whose clock goes a minute with each document."""

    variant: Variant = field(default_factory=Variant)
    sales_tax: bool = True
    seed: int = 7
    now: datetime = NOON

    def __post_init__(self) -> None:
        self.company = Company.fresh(
            seed=self.seed, now=NOON, variant=self.variant, sales_tax=self.sales_tax
        )
        self.session: Session = self.company.open_session()

    def answer(self, requests: str, attributes: str = "") -> str:
        self.now += timedelta(minutes=1)
        text = document(requests, f'onError="continueOnError" {attributes}')
        return self.company.answer(text, session=self.session, now=self.now)

    def ask(self, requests: str, attributes: str = "") -> list[etree._Element]:
        """Return the answers to a document, one element a request."""
        root = etree.fromstring(self.answer(requests, attributes).encode())
        assert root.tag == "QBXML"
        return list(root[0])

    def status(self, request: str) -> int:
        """Return the status of one request."""
        (answer,) = self.ask(request)
        return int(answer.get("statusCode", ""))

    def one(self, request: str) -> etree._Element:
        """Return the record that one request answers, which must go well."""
        (answer,) = self.ask(request)
        assert answer.get("statusCode") == "0", etree.tostring(answer)
        return answer[0]

    def customer(self, name: str, more: str = "") -> etree._Element:
        return self.one(
            f"<CustomerAddRq><CustomerAdd><Name>{name}</Name>{more}</CustomerAdd></CustomerAddRq>"
        )

    def invoice(self, customer: str, lines: str, header: str = "") -> etree._Element:
        return self.one(invoice_add(customer, lines, header))


def invoice_add(customer: str, lines: str, header: str = "") -> str:
    return (
        f"<InvoiceAddRq><InvoiceAdd><CustomerRef><ListID>{customer}</ListID></CustomerRef>"
        f"{header}{lines}</InvoiceAdd></InvoiceAddRq>"
    )


def line(item: str = "Diagnostics", inside: str = "") -> str:
    return (
        f"<InvoiceLineAdd><ItemRef><FullName>{item}</FullName></ItemRef>{inside}</InvoiceLineAdd>"
    )


def payment_add(customer: str, total: str, applied: str, more: str = "") -> str:
    return (
        f"<ReceivePaymentAddRq><ReceivePaymentAdd><CustomerRef><ListID>{customer}</ListID>"
        f"</CustomerRef><TotalAmount>{total}</TotalAmount>{more}{applied}"
        "</ReceivePaymentAdd></ReceivePaymentAddRq>"
    )


def applied_to(invoice: str, amount: str) -> str:
    return (
        f"<AppliedToTxnAdd><TxnID>{invoice}</TxnID><PaymentAmount>{amount}</PaymentAmount>"
        "</AppliedToTxnAdd>"
    )


def text_of(record: etree._Element, path: str) -> str:
    found = record.findtext(path)
    assert found is not None, f"{path} in {etree.tostring(record)!r}"
    return found

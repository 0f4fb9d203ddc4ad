"""What QuickBooks can do with a record that is void here, and the request that does it."""

import pytest

from fieldledger.qbxml import objects
from fieldledger.sync.content import Kind, Known
from fieldledger.sync.voiding import There, choices_of, request_of, usual
from tests.sync.mapping_examples import check_accepted

KNOWN = Known(quickbooks_id="1CAB66-1784735262", edit_sequence="1784735262")


@pytest.mark.parametrize(
    ("kind", "there", "sent"),
    [
        (Kind.INVOICE, There.VOID, objects.TxnVoid(txn_void_type="Invoice", txn_id="{}")),
        (Kind.INVOICE, There.DELETE, objects.TxnDel(txn_del_type="Invoice", txn_id="{}")),
        (Kind.PAYMENT, There.DELETE, objects.TxnDel(txn_del_type="ReceivePayment", txn_id="{}")),
        (Kind.CREDIT, There.VOID, objects.TxnVoid(txn_void_type="CreditMemo", txn_id="{}")),
        (Kind.CREDIT, There.DELETE, objects.TxnDel(txn_del_type="CreditMemo", txn_id="{}")),
        (Kind.REFUND, There.DELETE, objects.TxnDel(txn_del_type="Check", txn_id="{}")),
    ],
)
def test_what_is_chosen_is_sent(
    kind: Kind, there: There, sent: objects.TxnVoid | objects.TxnDel
) -> None:
    operation, body = request_of(kind, KNOWN, there)
    assert operation == there
    assert (type(body), str(body).replace(KNOWN.quickbooks_id, "{}")) == (type(sent), str(sent))
    check_accepted(body)


def test_the_usual_comes_first_and_only_what_quickbooks_can_make_void_is_offered_as_that() -> None:
    assert {kind: usual(kind) for kind in list(Kind)[2:]} == {
        Kind.INVOICE: There.VOID,
        Kind.PAYMENT: There.DELETE,
        Kind.CREDIT: There.VOID,
        Kind.REFUND: There.DELETE,
    }
    assert choices_of(Kind.PAYMENT) == choices_of(Kind.REFUND) == (There.DELETE, There.KEEP)

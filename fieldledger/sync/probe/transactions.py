"""Questions about invoices, payments and what they refer to."""

from typing import Any, Final

from fieldledger.qbxml.objects import AppliedToTxn, ReceivePaymentAdd, Ref, TxnDel, TxnVoid
from fieldledger.sync.probe.asking import PRICE, REFUSED_FROM, Found, Question, Run, Step


def _customer_and_item(run: Run) -> Step:
    """Return the second step: the first has asked for the accounts."""
    customer, customer_made = run.customer("a")
    item, item_made = run.service("s", run.account(0))
    return Step(requests=(customer, item), makes=(customer_made, item_made))


def _inactive(run: Run) -> Step | Found:
    number = len(run.seen)
    if number == 0:
        return run.accounts("Income")
    if number == 1:
        both = _customer_and_item(run)
        customer, customer_made = run.customer("b", is_active=False)
        item, item_made = run.service("t", run.account(0), is_active=False)
        return Step(
            requests=(*both.requests, customer, item),
            makes=(*both.makes, customer_made, item_made),
        )
    ids = {each: run.record(1, each)["ListID"] for each in ("a", "b", "s", "t")}
    if number == 2:
        return Step(
            requests=(
                run.invoice("i", ids["b"], ids["s"], number=run.number("1")),
                run.invoice("j", ids["a"], ids["t"], number=run.number("2")),
            )
        )
    customer_code, item_code = (run.answer(2, each)["code"] for each in ("i", "j"))
    return Found(
        {"inactive_customer_status": customer_code, "inactive_item_status": item_code},
        f"An invoice for an inactive customer is {_said(customer_code)}, one with an inactive item"
        f" is {_said(item_code)}.",
    )


def _said(code: int) -> str:
    return f"refused ({code})" if code >= REFUSED_FROM else "taken"


def _allowed(code: int) -> str:
    return f"refused ({code})" if code >= REFUSED_FROM else "allowed"


def _numbers(run: Run) -> Step | Found:
    number = len(run.seen)
    if number == 0:
        return run.accounts("Income")
    if number == 1:
        return _customer_and_item(run)
    customer, item = run.record(1, "a")["ListID"], run.record(1, "s")["ListID"]
    if number == 2:
        return Step(
            requests=(
                run.invoice("i", customer, item, number=run.number("1")),
                run.invoice("j", customer, item, number=run.number("1")),
                run.invoice("k", customer, item),
            )
        )
    run.record(2, "i")
    code = run.answer(2, "j")["code"]
    given = None
    words = f"A second invoice with the same number is {_said(code)}."
    if run.answer(2, "k")["code"] < REFUSED_FROM:
        given = "given" if run.record(2, "k").get("RefNumber") else "blank"
        words += (
            " Without a number an invoice gets one."
            if given == "given"
            else " Without a number an invoice stays without one."
        )
    return Found({"second_number_status": code, "omitted_number": given}, words)


def _paid_invoices(run: Run) -> Step | Found:
    """Make two invoices void and deleted that are paid in part."""
    number = len(run.seen)
    if number == 0:
        return run.accounts("Income")
    if number == 1:
        return _customer_and_item(run)
    customer, item = run.record(1, "a")["ListID"], run.record(1, "s")["ListID"]
    if number == 2:
        return Step(
            requests=(
                run.invoice("i", customer, item, number=run.number("1")),
                run.invoice("j", customer, item, number=run.number("2")),
            )
        )
    first, second = (run.record(2, each)["TxnID"] for each in ("i", "j"))
    if number == 3:
        return Step(
            requests=(
                run.request("p", _payment(run, "p", customer, first)),
                run.request("q", _payment(run, "q", customer, second)),
            )
        )
    run.record(3, "p"), run.record(3, "q")
    if number == 4:
        return Step(
            requests=(
                run.request("v", TxnVoid(txn_void_type="Invoice", txn_id=first)),
                run.request("d", TxnDel(txn_del_type="Invoice", txn_id=second)),
            )
        )
    void, delete = (run.answer(4, each)["code"] for each in ("v", "d"))
    return Found(
        {
            "frees_payments": void < REFUSED_FROM and delete < REFUSED_FROM,
            "void_paid_status": void,
            "delete_paid_status": delete,
        },
        f"Making an invoice void that is paid in part is {_allowed(void)}, deleting one is"
        f" {_allowed(delete)}.",
    )


def _payment(run: Run, which: str, customer_id: str, invoice_id: str) -> Any:
    part = PRICE / 2
    return ReceivePaymentAdd(
        customer_ref=Ref(list_id=customer_id),
        txn_date=run.today,
        ref_number=run.number(which),
        total_amount=part,
        external_guid=run.guid(which),
        applied_to_txn_add=(AppliedToTxn(txn_id=invoice_id, payment_amount=part),),
    )


def _other_income(run: Run) -> Step | Found:
    if not run.seen:
        return run.accounts("OtherIncome")
    if len(run.seen) == 1:
        request, made = run.service("s", run.account(0))
        return Step(requests=(request,), makes=(made,))
    code = run.answer(1, "s")["code"]
    return Found(
        {"other_income_status": code},
        f"An item with an account of the type Other Income is {_said(code)}.",
    )


TRANSACTIONS: Final = (
    Question(
        key="inactive",
        asks="What does QuickBooks say to an invoice with something inactive in it?",
        changes="Which refusal is explained as “inactive: make it active again”.",
        keys=("inactive_customer_status", "inactive_item_status"),
        next=_inactive,
    ),
    Question(
        key="numbers",
        asks="Does QuickBooks take an invoice number twice, and an invoice without one?",
        changes="Whether numbers are checked before they are sent.",
        keys=("second_number_status", "omitted_number"),
        next=_numbers,
    ),
    Question(
        key="paid_invoices",
        asks="Can an invoice that is paid in part be made void, or deleted?",
        changes="Whether its payments have to go first.",
        keys=("frees_payments", "void_paid_status", "delete_paid_status"),
        next=_paid_invoices,
    ),
    Question(
        key="other_income",
        asks="May an item’s account be of the type Other Income?",
        changes="Which accounts the mapping offers.",
        keys=("other_income_status",),
        next=_other_income,
    ),
)

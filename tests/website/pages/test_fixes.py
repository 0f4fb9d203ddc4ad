"""N5: on every card stands the form that mends its cause, for one record or for all alike."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import timezone

from fieldledger.accounts.models import Role
from fieldledger.office.models import Client, Invoice, Payment, TaxRate
from fieldledger.qbxml.hresults import HRESULTS
from fieldledger.qbxml.statuses import STATUSES
from fieldledger.quickbooks.closed_period import hold
from fieldledger.quickbooks.models import Connection, Exchange, QuickBooksRecord, Session, SyncEntry
from fieldledger.sync.content import State
from fieldledger.sync.words import ACTOR_WORDS, OWN_WORDS, explain, explain_hresult
from tests.website.pages.conftest import Office
from tests.website.pages.test_attention import page, refuse
from tests.website.pages.test_every_page import synced
from tests.website.pages.test_office_pages import text


@pytest.fixture
def linked(office: Office, connection: Connection) -> Connection:
    synced(office)
    connection.refresh_from_db()
    return connection


def entry_of(keys: list[str]) -> SyncEntry:
    return SyncEntry.objects.get(pk=keys[0])


def invoice_entry(state: State, code: str) -> SyncEntry:
    entry = SyncEntry.objects.filter(rank=3, state=State.SYNCED).order_by("pk")[0]
    SyncEntry.objects.filter(pk=entry.pk).update(state=state, code=code)
    return entry


def mend(office: Office, entry: SyncEntry, **values: str) -> str:
    address = reverse("mend_entry", args=[entry.guid])
    answer = office.browser.post(address, {"from": "attention", **values}, follow=True)
    return text(answer)


# --- Every code of the tables ---


def every_code() -> Iterator[str]:
    yield from (str(each) for each in STATUSES)
    yield from OWN_WORDS
    yield from ("3999", "2500", "no_such_code")  # Of families, and of nobody.


def test_n5_every_code_of_the_tables_leads_to_a_card_with_words_actor_and_action(
    office: Office, linked: Connection
) -> None:
    """A record that stands for any code is said why, whose move it is, and what can be pressed."""
    entries = list(SyncEntry.objects.filter(connection=linked).order_by("pk"))
    codes = list(every_code())
    for start in range(0, len(codes), len(entries)):
        part = dict(zip((each.pk for each in entries), codes[start:], strict=False))
        for key, code in part.items():
            SyncEntry.objects.filter(pk=key).update(
                state=State.FAILED, code=code, message="", said="QuickBooks' own words."
            )
        shown = page(office)
        cards = {each.cause.code: each for each in shown.context["cards"]}

        assert set(part.values()) <= set(cards)
        for code in part.values():
            card, expected = cards[code], explain(code, said="QuickBooks' own words.")
            assert card.title == expected.title
            assert "QuickBooks' own words." in card.sentence
            assert card.next_move == ACTOR_WORDS[expected.actor]
            assert "retry" in card.actions
            assert "with the Web Connector's next call" in " ".join(card.outcomes)
        SyncEntry.objects.filter(pk__in=part).update(state=State.SYNCED, code="")


def test_n5_every_hresult_stands_before_the_cards_with_steps_and_what_happens_next(
    office: Office, linked: Connection
) -> None:
    session = Session.objects.filter(connection=linked).latest("pk")
    for hresult in HRESULTS:
        said = "Could not start QuickBooks."
        expected = explain_hresult(hresult, said=said)
        Exchange.objects.create(
            connection=linked,
            session=session,
            at=timezone.now(),
            operation="connectionError",
            hresult=hresult,
            message=said,
        )
        Connection.objects.filter(pk=linked.pk).update(last_error=expected.sentence)

        shown = page(office)
        (first,) = shown.context["in_the_way"]

        assert (first.title, first.sentence) == (expected.title, expected.sentence)
        assert first.next_move == ACTOR_WORDS[expected.actor]
        assert first.steps == expected.steps != ()
        assert "tries again with its next call by itself" in text(shown)


def test_n5_what_stops_everything_stands_before_the_cards(
    office: Office, linked: Connection
) -> None:
    for code in ("wrong_file", "second_computer", "too_old", "not_this_company"):
        Connection.objects.filter(pk=linked.pk).update(
            attention_code=code,
            attention_message="Nothing was sent.",
            found={"name": "Acme Training", "path": "C:\\b.qbw", "computer": "LAPTOP"},
        )

        (first,) = page(office).context["in_the_way"]

        assert first.next_move == ACTOR_WORDS[explain(code).actor]
        assert first.steps, code
        assert first.url, code


def test_n5_what_is_in_doubt_is_said_and_offers_nothing_to_press(
    office: Office, linked: Connection
) -> None:
    refuse(linked, 2, State.CHECKING, "answer_lost", "")

    shown = page(office)

    assert "2 are being looked up in QuickBooks" in text(shown)
    assert "There is nothing to press" in text(shown)
    assert shown.context["cards"] == []


# --- What the mapping lacks ---


def test_n5_a_missing_account_is_chosen_on_the_card_for_all_alike(
    office: Office, linked: Connection
) -> None:
    keys = refuse(linked, 3, State.FAILED, "no_income_account", "None is chosen.")
    account = QuickBooksRecord.objects.filter(connection=linked, list="accounts").first()
    assert account is not None
    assert "Save and send all 3" in text(page(office))

    said = text(
        office.browser.post(
            reverse("fix_mapping"),
            {"state": "failed", "code": "no_income_account", "income_account": account.list_id},
            follow=True,
        )
    )

    assert "3 records go to QuickBooks with the next call" in said
    linked.refresh_from_db()
    assert linked.mapping["income_account"] == account.list_id
    states = SyncEntry.objects.filter(pk__in=keys).values_list("state", flat=True)
    assert set(states) == {State.PENDING}


def test_n5_a_tax_rate_without_a_counterpart_is_matched_on_the_card(
    office: Office, linked: Connection
) -> None:
    rate = TaxRate.objects.create(business=office.business, name="Elsewhere", percent="3.125")
    entry = invoice_entry(State.FAILED, "tax_not_mapped")
    tax = QuickBooksRecord.objects.filter(connection=linked, type="ItemSalesTaxRet").first()
    assert tax is not None
    name = f"tax_items.{rate.guid}"
    assert name in page(office).content.decode()

    office.browser.post(
        reverse("fix_mapping"),
        {"state": "failed", "code": "tax_not_mapped", name: tax.list_id},
    )

    linked.refresh_from_db()
    assert linked.mapping["tax_items"][str(rate.guid)] == tax.list_id
    entry.refresh_from_db()
    assert entry.state == State.PENDING


def test_n5_an_account_that_quickbooks_does_not_have_is_refused_and_nothing_moves(
    office: Office, linked: Connection
) -> None:
    keys = refuse(linked, 1, State.FAILED, "no_income_account", "")

    said = text(
        office.browser.post(
            reverse("fix_mapping"),
            {"state": "failed", "code": "no_income_account", "income_account": "80009999-1"},
            follow=True,
        )
    )

    assert "QuickBooks has no 80009999-1" in said
    assert entry_of(keys).state == State.FAILED


# --- What is wrong in the record ---


def test_n5_a_number_that_is_too_long_is_shortened_on_the_card_and_sent(
    office: Office, linked: Connection
) -> None:
    entry = invoice_entry(State.FAILED, "number_too_long")
    shown = page(office).content.decode()
    assert "Correct it here" in shown
    assert "at most 11 characters" in shown

    assert "goes to QuickBooks with the next call" in mend(office, entry, number="A-2026-1")

    entry.refresh_from_db()
    assert (entry.state, entry.title) == (State.PENDING, "A-2026-1")
    assert Invoice.objects.get(pk=entry.record_id).number == "A-2026-1"


@pytest.mark.parametrize("code", ["closed_period", "3171"])
@pytest.mark.parametrize("came_from", ["attention", "entry"])
def test_n4_n5_a_closed_period_is_answered_on_the_card_in_one_of_three_ways(
    office: Office, linked: Connection, code: str, came_from: str
) -> None:
    entry = invoice_entry(State.FAILED, code)
    invoice = Invoice.objects.get(pk=entry.record_id)
    Connection.objects.filter(pk=linked.pk).update(closing_date=invoice.date)
    there = {"attention": reverse("attention"), "entry": reverse("entry", args=[entry.guid])}
    answered = office.browser.get(there[came_from])
    assert answered.content.decode().count('value="hold"') == 1
    own_address = quote(f"http://localhost{there[came_from]}", safe="")
    assert f'&amp;body={own_address}"' in answered.content.decode()
    shown = text(answered)
    for words in ("Another date", "Send with this date", "Hold", "Let it go as it is"):
        assert words in shown
    assert "Correct it here" not in shown
    on = invoice.date + timedelta(days=1)

    values = {"answer": "date", "date": f"{on}", "invoices": f"{invoice.guid}", "from": came_from}
    answer = office.browser.post(reverse("answer_closed"), values, follow=True)

    assert answer.redirect_chain[-1][0] == there[came_from]
    assert "It is queued." in text(answer)
    invoice.refresh_from_db()
    entry.refresh_from_db()
    assert (invoice.date, entry.state) == (on, State.PENDING)


def test_n4_n5_all_invoices_in_a_closed_period_are_held_at_once_from_the_card(
    office: Office, linked: Connection
) -> None:
    invoices = list(Invoice.objects.filter(voided_at=None).order_by("-pk")[:7])
    guids = [each.guid for each in invoices]
    hold(linked, invoices=guids, actor="", now=timezone.now())
    entries = SyncEntry.objects.filter(record_guid__in=guids)
    assert entries.update(state=State.FAILED, code="3171") == len(guids)
    shown = page(office).content.decode()
    assert "Choose for 7 invoices" in shown
    found = re.search(r'name="invoices" value="([^"]*)"', shown)
    assert found is not None

    values = {"answer": "hold", "invoices": found[1], "from": "attention"}
    said = text(office.browser.post(reverse("answer_closed"), values, follow=True))

    assert "7 invoices are held. Release in the sync log lets them go." in said
    assert set(entries.values_list("state", flat=True)) == {State.HELD}


def test_n5_the_date_of_a_payment_in_a_closed_period_is_changed_on_the_card(
    office: Office, linked: Connection
) -> None:
    entry = SyncEntry.objects.filter(rank=4).order_by("pk")[0]
    SyncEntry.objects.filter(pk=entry.pk).update(state=State.FAILED, code="3171")
    payment = Payment.objects.get(pk=entry.record_id)
    today = timezone.now().date()
    assert "Correct it here" in text(page(office))

    mend(office, entry, date=f"{today}")

    payment.refresh_from_db()
    entry.refresh_from_db()
    assert (payment.date, entry.state) == (today, State.PENDING)


def test_n5_an_address_that_is_refused_is_corrected_on_the_card(
    office: Office, linked: Connection
) -> None:
    entry = entry_of(refuse(linked, 1, State.FAILED, "3205", ""))

    mend(office, entry, billing_line1="12 Elm St", billing_city="Newport")

    client = Client.objects.get(pk=entry.record_id)
    assert (client.billing_line1, client.billing_city) == ("12 Elm St", "Newport")
    entry.refresh_from_db()
    assert entry.state == State.PENDING


def test_n5_a_value_that_cannot_be_is_said_and_the_record_stays_as_it_was(
    office: Office, linked: Connection
) -> None:
    entry = invoice_entry(State.FAILED, "number_too_long")
    other = Invoice.objects.exclude(pk=entry.record_id).first()
    assert other is not None

    said = mend(office, entry, number=other.number)

    assert "goes to QuickBooks" not in said
    assert other.number in said
    entry.refresh_from_db()
    assert entry.state == State.FAILED


def test_n5_what_is_settled_meanwhile_is_not_written(office: Office, linked: Connection) -> None:
    entry = invoice_entry(State.SYNCED, "")

    assert "settled already" in mend(office, entry, number="X-1")

    assert Invoice.objects.get(pk=entry.record_id).number != "X-1"


# --- Which record it is, and whose name ---


def test_n5_a_client_that_is_lost_there_is_tied_to_another_on_the_card(
    office: Office, linked: Connection
) -> None:
    entry = entry_of(refuse(linked, 1, State.GONE, "deleted_in_quickbooks", "Gone."))
    record = QuickBooksRecord.objects.create(
        connection=linked,
        list="entities",
        list_id="80001234-1",
        type="CustomerRet",
        name=f"{entry.title} (moved)",
        full_name=f"{entry.title} (moved)",
        name_folded=f"{entry.title} (moved)".casefold(),
        is_active=True,
    )
    shown = page(office).content.decode()
    assert "Say which record in QuickBooks it is" in shown
    assert record.list_id in shown

    office.browser.post(
        reverse("link_entry", args=[entry.guid]),
        {"quickbooks_id": record.list_id, "from": "attention"},
    )

    entry.refresh_from_db()
    assert (entry.state, entry.quickbooks_id) == (State.SYNCED, record.list_id)


def test_n5_a_name_that_is_taken_is_decided_on_the_card_itself(
    office: Office, linked: Connection
) -> None:
    keys = refuse(linked, 2, State.FAILED, "3100", "The name is taken.")
    SyncEntry.objects.filter(pk__in=keys).update(quickbooks_id="", quickbooks_name="")
    entry = entry_of(keys)
    shown = page(office)
    assert shown.content.decode().count("Rename and send") == 2

    answer = office.browser.post(
        reverse("rename_entry", args=[entry.guid]),
        {"name": "Somebody Else", "from": "attention"},
    )

    assert answer.headers["Location"] == reverse("attention")
    entry.refresh_from_db()
    assert (entry.state, entry.chosen_name) == (State.PENDING, "Somebody Else")


# --- By right, and in the entry ---


def test_n5_the_entry_has_the_same_form(office: Office, linked: Connection) -> None:
    entry = invoice_entry(State.FAILED, "number_too_long")

    shown = office.browser.get(reverse("entry", args=[entry.guid])).content.decode()

    assert reverse("mend_entry", args=[entry.guid]) in shown


def test_n5_who_may_not_map_is_told_whose_it_is(office: Office, linked: Connection) -> None:
    keys = refuse(linked, 1, State.FAILED, "no_income_account", "")
    office.business.memberships.update(role=Role.DISPATCHER)

    assert "up to your bookkeeper or the owner" in text(page(office))
    answer = office.browser.post(
        reverse("fix_mapping"), {"state": "failed", "code": "no_income_account"}
    )
    assert answer.status_code == 403
    assert entry_of(keys).state == State.FAILED


def test_n5_a_neighbour_mends_nothing_of_it(
    office: Office, linked: Connection, neighbour: Office
) -> None:
    entry = invoice_entry(State.FAILED, "number_too_long")
    address = reverse("mend_entry", args=[entry.guid])

    assert neighbour.browser.post(address, {"number": "X"}).status_code == 404
    assert Invoice.objects.get(pk=entry.record_id).number != "X"


def test_n5_the_page_takes_no_more_statements_for_many_records_of_a_cause(
    office: Office, linked: Connection, django_assert_max_num_queries: Any
) -> None:
    refuse(linked, 30, State.FAILED, "3070", "")
    SyncEntry.objects.update(updated_at=timezone.now() - timedelta(days=1))

    with django_assert_max_num_queries(40):
        page(office)

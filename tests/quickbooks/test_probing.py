"""I3.8: the probe finds out what a QuickBooks does, and leaves the company as it found it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random
from typing import Any, Final, get_args, get_type_hints

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.proving.probing import NOT_ASKED
from fieldledger.proving.world.campaign import VARIANTS
from fieldledger.quickbooks import probes, services
from fieldledger.quickbooks.models import MessageSet, SyncEntry
from fieldledger.quickbooks.probe_row import Probe
from fieldledger.simulator import people
from fieldledger.simulator.connector import Ended
from fieldledger.simulator.sample import Sizes
from fieldledger.simulator.variant import Variant
from fieldledger.sync.content import State
from fieldledger.sync.probe.report import QUESTIONS
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

SESSIONS_MAX: Final = 12
SMALL: Final = Sizes(customers=6, services=2, parts=1)


def a_sample(business: Business, variant: Variant | None = None) -> OfficePc:
    """Return the PC of a business that is connected to a sample company."""
    pc = OfficePc(business, variant=variant or Variant(), sizes=SMALL)
    pc.company.state.is_sample = True
    pc.install()
    services.go_next(pc.connection, actor="Dana", now=datetime.now(tz=UTC))
    pc.run()
    let_time_pass(pc)
    return pc


def in_step(business: Business, variant: Variant | None = None) -> OfficePc:
    """Return the PC of a business whose clients and items are all in the sample company."""
    pc = OfficePc(business, variant=variant or Variant(), sizes=SMALL)
    pc.company.state.is_sample = True
    pc.set_up()
    pc.run()
    let_time_pass(pc)
    return pc


def let_time_pass(pc: OfficePc) -> None:
    """Let a second pass on the PC with each look at its clock, so that nobody has to wait."""
    passed = 0

    def clock() -> datetime:
        nonlocal passed
        passed += 1
        return datetime.now(tz=UTC) + timedelta(seconds=passed)

    assert pc.connector is not None
    pc.connector.clock = clock


def start(pc: OfficePc) -> Probe:
    return probes.start_probe(pc.connection, actor="Dana", now=datetime.now(tz=UTC))


def newest(pc: OfficePc) -> Probe:
    probe = probes.newest_probe(pc.connection)
    assert probe is not None
    return probe


def go_on(pc: OfficePc) -> Probe:
    """Run sessions until the probe is over."""
    for _ in range(SESSIONS_MAX):
        pc.run()
        if newest(pc).state != Probe.State.RUNNING:
            return newest(pc)
    raise AssertionError(newest(pc).message)


def books(pc: OfficePc) -> dict[str, Any]:
    """Return all there is in the company file, but for what counts up unseen."""
    plain: dict[str, Any] = json.loads(pc.company.to_json())
    return {key: plain[key] for key in ("records", "preferences", "locks")}


def expected(variant: Variant) -> dict[str, Any]:
    """Return the answers that a variant gives; what it hides is None."""
    stores = variant.store_keeps != "none"
    return {
        "store_keeps": variant.store_keeps,
        "stored_answers": variant.stored_answers if stores else None,
        "not_stored_status": variant.not_stored_status,
        "stores_query_sets": variant.stores_query_sets if stores else None,
        "seal_holds": stores and variant.stores_query_sets,
        "same_set_again": "not_run" if stores else "run_again",
        "guid_unique": variant.guid_unique,
        "edit_sequence_per_change": variant.edit_sequence_per_change,
        "unchanged_mod_bumps": variant.unchanged_mod_bumps,
        "empty_clears": variant.empty_clears,
        "address_replaces": variant.address_replaces,
        "outside_windows_1252": variant.outside_windows_1252,
        "inactive_customer_status": variant.inactive_reference_status,
        "inactive_item_status": variant.inactive_reference_status,
        "omitted_number": "given" if variant.numbers_invoices else "blank",
        "frees_payments": variant.frees_payments,
        "closes_after_fault": variant.closes_after_fault,
        "closes_after_connection_error": variant.closes_after_connection_error,
    }


def values_of_fields() -> dict[str, tuple[Any, ...]]:
    return {
        name: (False, True) if hint is bool else get_args(hint)
        for name, hint in get_type_hints(Variant).items()
        if name not in NOT_ASKED
    }


def single_changes() -> list[Variant]:
    """Return the variants that differ from the usual one in one field."""
    usual = Variant()
    return [
        replace(usual, **{name: value})
        for name, values in values_of_fields().items()
        for value in values
        if value != getattr(usual, name)
    ]


def mixed(seed: int) -> Variant:
    chance = Random(seed)
    return Variant(**{name: chance.choice(values) for name, values in values_of_fields().items()})


def probed(business: Business, variant: Variant) -> dict[str, Any]:
    pc = a_sample(business, variant)
    before = books(pc)
    start(pc)

    probe = go_on(pc)

    assert (probe.state, probe.left) == (Probe.State.DONE, []), probe.message
    assert books(pc) == before
    report = probes.report_of(probe)
    assert report["company"]["left_as_found"] is True
    keeps = dict(pc.connection.what_quickbooks_keeps)
    assert keeps.pop("probed_at")
    assert keeps == report["what_quickbooks_keeps"]
    return {key: keeps[key] for key in expected(variant)}


@pytest.mark.parametrize("variant", single_changes(), ids=str)
def test_each_answer_of_a_quickbooks_is_found_and_its_company_left_alone(
    business: Business, variant: Variant
) -> None:
    assert probed(business, variant) == expected(variant)


@pytest.mark.parametrize("name", list(VARIANTS))
def test_the_variants_of_the_simulation_are_found_out(business: Business, name: str) -> None:
    assert probed(business, VARIANTS[name]) == expected(VARIANTS[name])


@pytest.mark.parametrize("seed", range(3))
def test_mixed_variants_are_found_out(business: Business, seed: int) -> None:
    assert probed(business, mixed(seed)) == expected(mixed(seed))


def test_no_two_variants_give_the_same_answers_unless_one_hides_what_the_other_shows() -> None:
    fields = values_of_fields()
    told: dict[str, Variant] = {}
    for values in product(*fields.values()):
        variant = Variant(**dict(zip(fields, values, strict=True)))
        if variant.store_keeps == "none":
            # Where nothing is stored, nobody can see how, or whether queries would be.
            variant = replace(variant, stored_answers="ret", stores_query_sets=True)
        answers = json.dumps(expected(variant))
        assert told.setdefault(answers, variant) == variant

    assert len(told) > 10_000


FAULTS: Final = (
    "lose-request",
    "drop-after-send",
    "drop-after-run",
    "lose-answer",
    "bad-answer",
    "lose-reply",
    "crash-mid",
    "crash-unstored",
    "zombie",
    "hresult",
    "hresult-after",
    "send-twice",
    "receive-twice",
)


@pytest.mark.parametrize("place", range(len(FAULTS)))
def test_a_session_may_break_at_any_step(business: Business, place: int) -> None:
    """The short form: each kind of fault at some of the about 85 steps, spread over all."""
    pc = a_sample(business, VARIANTS["strange"] if place % 2 else None)
    before = books(pc)
    start(pc)
    for session in range(7):
        fault = FAULTS[(place + session) % len(FAULTS)]
        pc.run(f"{fault}@{1 + (place + 5 * session) % 11}")

    probe = go_on(pc)

    assert books(pc) == before
    assert (probe.state, probe.left) == (Probe.State.DONE, []), probe.message
    answers = pc.connection.what_quickbooks_keeps
    for key, value in expected(pc.variant).items():
        assert answers[key] in (value, None)  # None where it broke each time.


def test_what_broke_once_is_asked_again_and_answered(business: Business) -> None:
    pc = a_sample(business)
    start(pc)
    pc.run("lose-answer@30")

    go_on(pc)

    found = pc.connection.what_quickbooks_keeps
    assert {key: found[key] for key in expected(pc.variant)} == expected(pc.variant)


def test_a_company_that_is_no_sample_cannot_be_probed(pc: OfficePc) -> None:
    pc.set_up()

    with pytest.raises(services.NotPossible, match="not one of Intuit’s sample companies"):
        start(pc)

    assert pc.connection.probe_wanted is False
    assert not Probe.objects.exists()


def test_before_the_first_session_nobody_knows_whether_it_is_a_sample(pc: OfficePc) -> None:
    pc.install()

    with pytest.raises(services.NotPossible, match="has not answered yet"):
        start(pc)


def test_a_company_that_turns_out_to_be_no_sample_gets_no_document_at_all(
    business: Business,
) -> None:
    pc = a_sample(business)
    start(pc)
    pc.company.state.is_sample = False
    before = books(pc)

    ended = pc.run()

    assert "not one of Intuit’s sample companies" in ended.status
    assert ended.session is not None
    assert ended.session.seen.documents == 0
    assert books(pc) == before
    assert newest(pc).state == Probe.State.REFUSED
    assert not MessageSet.objects.filter(purpose="probe").exists()
    assert pc.run().well  # The exchange goes on without it.


def test_nothing_of_the_queue_is_sent_while_the_probe_runs(business: Business) -> None:
    pc = in_step(business)
    start(pc)
    office.create_client(business=business, values={"name": "Anna"}, now=pc.now)
    pc.run("drop-after-run@20")

    ended = pc.run()

    assert ended.outcome == "done"
    assert {each.purpose for each in MessageSet.objects.filter(session__isnull=False)} >= {"probe"}
    (entry,) = SyncEntry.objects.filter(title="Anna")
    assert entry.state == State.PENDING
    assert "Anna" not in {each.name for each in pc.company.customers()}
    go_on(pc)
    pc.run()
    assert [each.name for each in pc.company.customers()].count("Anna") == 1


def test_a_lost_answer_of_the_sync_is_settled_before_the_probe_begins(business: Business) -> None:
    pc = in_step(business, VARIANTS["keeps-last"])
    office.create_client(business=business, values={"name": "Anna"}, now=pc.now)
    (entry,) = SyncEntry.objects.filter(title="Anna")
    for number in range(1, 9):  # Until the lost answer is that of the document with Anna in it.
        pc.run(f"lose-answer@{number}")
        entry.refresh_from_db()
        if entry.state == State.SENDING:
            break
    assert entry.state == State.SENDING
    start(pc)

    pc.run("drop-after-run@15")

    entry.refresh_from_db()
    assert entry.state == State.SYNCED
    assert newest(pc).seen or newest(pc).findings
    go_on(pc)
    assert [each.name for each in pc.company.customers()].count("Anna") == 1


def test_a_stopped_probe_takes_away_what_it_has_made(business: Business) -> None:
    pc = a_sample(business)
    before = books(pc)
    start(pc)
    pc.run("drop-after-run@30")
    assert books(pc) != before

    probes.stop_probe(pc.connection, actor="Dana", now=datetime.now(tz=UTC))
    probe = go_on(pc)

    assert probe.state == Probe.State.STOPPED
    assert books(pc) == before
    assert pc.connection.probe_wanted is False


def test_a_probe_that_has_sent_nothing_stops_at_once(business: Business) -> None:
    pc = a_sample(business)
    start(pc)

    probes.stop_probe(pc.connection, actor="Dana", now=datetime.now(tz=UTC))

    assert newest(pc).state == Probe.State.STOPPED
    assert pc.connection.probe_wanted is False


def test_what_quickbooks_does_not_let_go_is_named_and_deleted_by_the_next_probe(
    business: Business,
) -> None:
    pc = a_sample(business)
    before = books(pc)
    start(pc)
    pc.run("drop-after-run@4")
    (ours,) = [each for each in pc.company.customers() if each.name.startswith("FL probe")]
    people.open_record(pc.company, ours.id, times=1000)

    first = go_on(pc)

    assert [each[1] for each in first.left] == [ours.name]
    assert ours.name in first.message
    assert probes.report_of(first)["company"]["left_as_found"] is False
    pc.company.state.locks.clear()
    start(pc)
    second = go_on(pc)
    assert second.left == []
    assert books(pc) == before


def test_the_report_says_nothing_of_the_business(business: Business) -> None:
    pc = a_sample(business)
    start(pc)
    probe = go_on(pc)

    report = probes.report_of(probe)

    assert [each["question"] for each in report["findings"]] == [each.key for each in QUESTIONS]
    assert report["quickbooks"]["product"] == "QuickBooks Enterprise Solutions 24.0"
    text = json.dumps(report, ensure_ascii=False)
    private = {pc.company.state.name, pc.company.state.path, business.name, "OFFICE-PC"}
    private |= {each.name for each in (*pc.company.customers(), *pc.company.items())}
    private |= {each.id for each in pc.company.records()}
    assert [each for each in private if each in text] == []


def outcome(ended: Ended) -> tuple[str, str]:
    return ended.outcome, ended.status


def test_the_web_connector_is_told_that_its_fault_is_on_purpose(business: Business) -> None:
    pc = a_sample(business)
    start(pc)

    ends = [outcome(pc.run()) for _ in range(4)]

    assert [each for each, _ in ends] == ["done", "failed", "not opened", "done"]
    assert "Two questions to the Web Connector are left" in ends[0][1]
    assert "on purpose" in ends[1][1]
    assert pc.connection.last_error == ""

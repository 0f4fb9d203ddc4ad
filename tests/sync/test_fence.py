"""How late copies are stopped: which questions come first, and when a look may be believed."""

from dataclasses import replace

from fieldledger.sync import fence
from fieldledger.sync.fence import Facts, Fence, Step

A_RECORD = Facts(keeps=False, list_id="80-1", edit_sequence="100", marks=("m0",))


def test_what_is_kept_comes_back_as_it_was() -> None:
    for facts in (Facts(), Facts(keeps=True), replace(A_RECORD, carried=("m1:100",), trials=2)):
        assert Facts.read(facts.plain()) == facts
    assert Facts().plain() == {}


def test_quickbooks_is_tried_out_once_and_the_seal_is_used_where_it_holds() -> None:
    facts = Facts()
    assert fence.next_step(Fence.AUTO, facts) == Step.TRY
    facts = fence.trial_answered(facts, "A")
    assert fence.next_step(Fence.AUTO, facts) == Step.TRY
    facts = fence.trial_answered(facts, "B")
    assert fence.next_step(Fence.AUTO, facts) == Step.ASK
    assert facts.tried[0] == "A"  # Which the second must not have driven out.
    holds = fence.trial_ended(facts, keeps=True)
    assert fence.next_step(Fence.AUTO, holds) is None
    assert not fence.uses_link(Fence.AUTO, holds)
    fails = fence.trial_ended(facts, keeps=False)
    assert fence.uses_link(Fence.AUTO, fails)
    assert fence.next_step(Fence.AUTO, fails) == Step.READ


def test_the_probe_can_show_that_the_seal_does_not_hold_and_never_that_it_does() -> None:
    tried = Facts(keeps=True)
    forgets: list[dict[str, object]] = [{"store_keeps": "last"}, {"store_keeps": 4}]
    nothing_against: list[dict[str, object]] = [
        {},
        {"store_keeps": None},
        {"store_keeps": "all", "seal_holds": True},
    ]
    for found in forgets:
        assert fence.uses_link(Fence.AUTO, fence.probed(tried, found))
        assert not fence.uses_link(Fence.SEAL, fence.probed(tried, found))
    for found in nothing_against:
        assert fence.probed(tried, found) == tried
        assert fence.probed(Facts(), found) == Facts()


def test_a_trial_that_comes_to_nothing_is_given_up() -> None:
    facts = Facts()
    for _ in range(fence.TRIALS_MAX):
        facts = fence.trial_failed(facts)
    assert facts.keeps is False


def test_the_seal_asks_nothing_and_the_link_record_is_made_before_it_is_used() -> None:
    assert fence.next_step(Fence.SEAL, Facts(keeps=False)) is None
    facts = Facts()
    assert fence.next_step(Fence.LINK, facts) == Step.READ
    facts = fence.name_free(facts)
    assert fence.next_step(Fence.LINK, facts) == Step.MAKE
    facts = fence.found(facts, list_id="80-1", edit_sequence="7", notes="m0")
    assert fence.next_step(Fence.LINK, facts) is None


def test_a_name_that_is_taken_gets_a_number_and_three_are_enough() -> None:
    facts = fence.name_taken(Facts(keeps=False))
    assert facts.name == f"{fence.LINK_NAME} 2"
    facts = fence.name_taken(fence.name_taken(facts))
    assert facts.refused
    assert not fence.uses_link(Fence.LINK, facts)
    assert all(len(each) <= 41 for each in (fence.LINK_NAME, f"{fence.LINK_NAME} 3"))


def test_the_version_is_asked_for_after_a_lost_answer() -> None:
    sent = fence.sent(A_RECORD, "m1")
    assert not sent.is_known
    assert fence.next_step(Fence.LINK, sent) == Step.READ
    assert fence.never_ran(sent, "m1") == A_RECORD


def test_a_look_is_believed_once_the_version_is_none_that_a_lost_document_names() -> None:
    lost = fence.sent(A_RECORD, "m1")
    read = fence.found(lost, list_id="80-1", edit_sequence="100", notes="m0")  # It never ran.
    looked = fence.sent(read, "m2")
    same_second, is_fenced = fence.changed(looked, "m2", "100")
    assert not is_fenced
    assert fence.changed(fence.sent(same_second, "m3"), "m3", "101")[1]
    assert fence.changed(looked, "m2", "101") == (
        replace(A_RECORD, edit_sequence="101", marks=("m2",)),
        True,
    )


def test_a_lost_document_that_ran_is_dead_whatever_the_look_changes() -> None:
    lost = fence.sent(A_RECORD, "m1")
    read = fence.found(lost, list_id="80-1", edit_sequence="101", notes="m1")  # It did.
    assert fence.changed(fence.sent(read, "m2"), "m2", "101")[1]


def test_after_our_database_was_restored_any_copy_may_name_the_present_version() -> None:
    doubted = fence.doubted(A_RECORD)
    read = fence.found(doubted, list_id="80-1", edit_sequence="100", notes="m9")
    assert not fence.is_older(doubted, "m9")
    looked = fence.sent(read, "m1")
    assert not fence.changed(looked, "m1", "100")[1]
    assert fence.changed(looked, "m1", "101")[1]


def test_an_untold_version_is_no_fence() -> None:
    facts, is_fenced = fence.changed(fence.sent(A_RECORD, "m1"), "m1", "")
    assert not is_fenced
    assert fence.next_step(Fence.LINK, facts) == Step.READ


def test_an_older_company_file_says_what_was_written_over() -> None:
    sent = fence.sent(A_RECORD, "m1")
    assert not fence.is_older(sent, "m0")
    assert not fence.is_older(sent, "m1")
    assert fence.is_older(sent, "m")

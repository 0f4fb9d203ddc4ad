import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldledger.qbwc.calls import (
    CALLS,
    Authenticate,
    Call,
    ClientVersion,
    CloseConnection,
    ConnectionFailed,
    GetInteractiveUrl,
    GetLastError,
    InteractiveDone,
    InteractiveRejected,
    ReceiveResponse,
    ResultKind,
    SendRequest,
    ServerVersion,
)
from fieldledger.qbwc.transitions import (
    GOODBYE,
    NOTHING_DUE,
    TRANSITIONS,
    CallOutOfOrder,
    Reply,
    State,
    is_in_order,
    is_repetition,
    next_state,
    reply_to_stray,
    write_diagram,
)

Said = str | int | list[str]
_STRAYS = [call for call in CALLS if call not in {ServerVersion, ClientVersion, Authenticate}]


def _step(state: State, call: type[Call], result: Said) -> State:
    """Answer `call` with `result`, as the service does."""
    ends = {
        ReceiveResponse: isinstance(result, int) and result < 0,
        SendRequest: result == "",
        ConnectionFailed: result == "done",
        Authenticate: isinstance(result, list) and result[1] in {"none", "nvu", "busy"},
    }
    return next_state(state, call, ends=ends.get(call, False), finished=result == 100)


def _walk(*steps: tuple[type[Call], Said]) -> State:
    state = State.NEW
    for call, result in steps:
        state = _step(state, call, result)
    return state


_OPENED: tuple[type[Call], Said] = (Authenticate, ["T", ""])
_SENT: tuple[type[Call], Said] = (SendRequest, "<?xml ...")


def test_a_whole_session_goes_through() -> None:
    steps: list[tuple[type[Call], Said, State]] = [
        (ServerVersion, "1.0", State.NEW),
        (ClientVersion, "", State.NEW),
        (Authenticate, ["T", ""], State.AUTHENTICATED),
        (SendRequest, "<?xml ...", State.REQUEST_OUT),
        (ReceiveResponse, 40, State.ANSWERED),
        (SendRequest, "<?xml ...", State.REQUEST_OUT),
        (ReceiveResponse, 100, State.FINISHED),
        (CloseConnection, "OK", State.CLOSED),
    ]
    state = State.NEW
    for call, result, following in steps:
        assert is_in_order(state, call)
        assert not is_repetition(state, call)
        state = _step(state, call, result)
        assert state is following


@pytest.mark.parametrize("word", ["none", "nvu", "busy"])
def test_without_work_only_the_goodbye_is_left(word: str) -> None:
    state = _walk((Authenticate, ["T", word]))

    assert state is State.STOPPED
    assert not is_in_order(state, SendRequest)
    assert next_state(state, CloseConnection) is State.CLOSED


@pytest.mark.parametrize(
    "steps",
    [
        (_OPENED, (SendRequest, "")),
        (_OPENED, _SENT, (ReceiveResponse, -1)),
        (_OPENED, _SENT, (ReceiveResponse, 5), (SendRequest, "")),
    ],
)
def test_no_document_or_a_negative_number_may_be_asked_about(
    steps: tuple[tuple[type[Call], Said], ...],
) -> None:
    assert _walk(*steps) is State.STOPPED
    assert _walk(*steps, (GetLastError, "why"), (GetLastError, "why")) is State.STOPPED
    assert _walk(*steps, (GetLastError, "why"), (CloseConnection, "")) is State.CLOSED


def test_quickbooks_that_does_not_open_is_tried_again_until_we_give_up() -> None:
    tried: tuple[type[Call], Said] = (ConnectionFailed, r"C:\QB\Acme.qbw")

    assert _walk(_OPENED, tried, tried) is State.AUTHENTICATED
    assert _walk(_OPENED, tried, _SENT) is State.REQUEST_OUT
    assert _walk(_OPENED, tried, (ConnectionFailed, "done")) is State.CLOSED
    closed_twice = _walk(_OPENED, (ConnectionFailed, "done"), (CloseConnection, "OK"))
    assert closed_twice is State.CLOSED


@pytest.mark.parametrize(
    ("steps", "again"),
    [
        ((_OPENED, _SENT), _SENT),
        ((_OPENED, _SENT, (ReceiveResponse, 40)), (ReceiveResponse, 40)),
        ((_OPENED, _SENT, (ReceiveResponse, 100)), (ReceiveResponse, 100)),
        ((_OPENED, _SENT, (CloseConnection, "OK")), (CloseConnection, "OK")),
    ],
)
def test_a_call_whose_reply_was_lost_may_come_again_and_changes_nothing(
    steps: tuple[tuple[type[Call], Said], ...], again: tuple[type[Call], Said]
) -> None:
    state = _walk(*steps)

    assert is_repetition(state, again[0])
    assert _walk(*steps, again) is state


@pytest.mark.parametrize(
    ("steps", "stray"),
    [
        ((), SendRequest),
        ((), CloseConnection),
        ((_OPENED,), ReceiveResponse),
        ((_OPENED,), GetLastError),
        ((_OPENED, _SENT), ConnectionFailed),
        ((_OPENED, _SENT, (ReceiveResponse, 100)), SendRequest),
        ((_OPENED, _SENT, (ReceiveResponse, -1)), ReceiveResponse),
        ((_OPENED, (ConnectionFailed, "done")), SendRequest),
        ((_OPENED, _SENT, (CloseConnection, "OK")), ReceiveResponse),
        ((_OPENED,), GetInteractiveUrl),
    ],
)
def test_a_call_out_of_order_is_answered_and_changes_nothing(
    steps: tuple[tuple[type[Call], Said], ...], stray: type[Call]
) -> None:
    state = _walk(*steps)

    assert not is_in_order(state, stray)
    with pytest.raises(CallOutOfOrder) as refusal:
        next_state(state, stray)
    assert (refusal.value.state, refusal.value.call) == (state, stray)
    assert refusal.value.reply == reply_to_stray(stray)


def test_strays_get_the_answers_that_make_the_web_connector_stop() -> None:
    answers = {call: reply_to_stray(call) for call in _STRAYS}

    assert answers == {
        SendRequest: "",
        ReceiveResponse: -1,
        ConnectionFailed: "done",
        GetLastError: NOTHING_DUE,
        CloseConnection: GOODBYE,
        GetInteractiveUrl: "",
        InteractiveRejected: "",
        InteractiveDone: "DONE",
    }
    for call, answer in answers.items():
        assert isinstance(answer, int) == (call.result is ResultKind.NUMBER)


def test_an_answer_that_cannot_be_given_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="sendRequestXML in the state request_out"):
        next_state(State.REQUEST_OUT, SendRequest, ends=True)
    with pytest.raises(ValueError, match="finishes"):
        next_state(State.AUTHENTICATED, SendRequest, finished=True)


@pytest.mark.parametrize("state", State)
def test_a_login_begins_anew_whatever_became_of_the_session_before(state: State) -> None:
    assert next_state(state, Authenticate) is State.AUTHENTICATED
    assert next_state(state, Authenticate, ends=True) is State.STOPPED


@pytest.mark.parametrize("state", [each for each in State if each is not State.NEW])
def test_every_session_can_be_closed_at_any_time(state: State) -> None:
    assert next_state(state, CloseConnection) is State.CLOSED


@given(st.lists(st.tuples(st.sampled_from(CALLS), st.sampled_from(Reply)), max_size=30))
def test_no_order_of_calls_leads_anywhere_but_along_the_table(
    steps: list[tuple[type[Call], Reply]],
) -> None:
    """Nothing but these two errors, a stray never moves, and only a login leaves CLOSED."""
    state = State.NEW
    for call, reply in steps:
        if not is_in_order(state, call):
            with pytest.raises(CallOutOfOrder):
                next_state(state, call)
            continue
        try:
            following = next_state(
                state, call, ends=reply is Reply.STOPS, finished=reply is Reply.FINISHES
            )
        except ValueError:
            continue  # We would not answer so.
        if state is State.CLOSED and call is not Authenticate:
            assert following is State.CLOSED
        if following is State.REQUEST_OUT and state is not following:
            assert call is SendRequest
        state = following


def test_the_diagram_shows_every_state_and_every_way() -> None:
    lines = write_diagram().splitlines()

    assert lines[0] == "stateDiagram-v2"
    for state in State:
        assert any(f" {state} --> " in line for line in lines)
        assert any(f" --> {state}" in line for line in lines)
    ways = sum(
        len(replies)
        for state, row in TRANSITIONS.items()
        for call, replies in row.items()
        if not is_repetition(state, call)
    )
    assert len(lines) == ways + 3

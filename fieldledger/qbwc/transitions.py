"""Which call may come when: the states of a session, as one table.

The table knows nothing of companies or queues. It says what the order of the calls alone tells:
whether a call is in order, what the session is afterwards, and what to answer to a call that is
out of order. Such a call changes nothing: it may be a stray from a proxy or a computer that woke
up hours later.

A call that repeats the one before it is in order, because its reply may have been lost on the way.
The service then gives the same reply again, and nothing happens twice.

serverVersion and clientVersion belong to no session: they carry no ticket and change nothing.
authenticate always begins a new session; the older one of the same company is then CLOSED.

Sources: Intuit QBWC Programmer's Guide ch. 2, 5 and 6; Intuit's sample WCWebService.asmx.cs.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from fieldledger.qbwc.calls import (
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
    SendRequest,
    ServerVersion,
)


class State(StrEnum):
    """Where a session stands: what we last answered, and so what may come next."""

    NEW = "new"  # Nobody has signed in.
    AUTHENTICATED = "authenticated"  # Signed in, and there is work: QuickBooks is being opened.
    REQUEST_OUT = "request_out"  # A document has left; QuickBooks may have executed it.
    ANSWERED = "answered"  # Its answer has come, and there is more to do.
    FINISHED = "finished"  # We answered 100: only the goodbye is left.
    STOPPED = "stopped"  # We gave no entry, no document or a negative number: it may ask why.
    CLOSED = "closed"  # The ticket is dead.


class Reply(StrEnum):
    """What our answer to a call means for the session."""

    GOES_ON = "goes_on"  # A company file, a document, 0 to 99, the next file to try.
    FINISHES = "finishes"  # 100, to receiveResponseXML alone.
    STOPS = "stops"  # "none", "nvu" or "busy"; no document; a negative number; "done"; a goodbye.


_NEW, _AUTHENTICATED, _REQUEST_OUT, _ANSWERED, _FINISHED, _STOPPED, _CLOSED = State
_GOES_ON, _FINISHES, _STOPS = Reply

_SENDS: Final = {_GOES_ON: _REQUEST_OUT, _STOPS: _STOPPED}
_CLOSES: Final = {_STOPS: _CLOSED}

TRANSITIONS: Final[Mapping[State, Mapping[type[Call], Mapping[Reply, State]]]] = {
    _NEW: {
        Authenticate: {_GOES_ON: _AUTHENTICATED, _STOPS: _STOPPED},
    },
    _AUTHENTICATED: {
        SendRequest: _SENDS,
        # After "try this file" the Web Connector calls again if that fails too. Whether it says
        # goodbye after "done" is not documented, so "done" is the end by itself.
        ConnectionFailed: {_GOES_ON: _AUTHENTICATED, _STOPS: _CLOSED},
        CloseConnection: _CLOSES,
    },
    _REQUEST_OUT: {
        SendRequest: {_GOES_ON: _REQUEST_OUT},  # The reply was lost: the same bytes again.
        ReceiveResponse: {_GOES_ON: _ANSWERED, _FINISHES: _FINISHED, _STOPS: _STOPPED},
        CloseConnection: _CLOSES,  # What became of the document is not known.
    },
    _ANSWERED: {
        SendRequest: _SENDS,
        ReceiveResponse: {_GOES_ON: _ANSWERED},  # The number was lost: the same one again.
        CloseConnection: _CLOSES,
    },
    _FINISHED: {
        ReceiveResponse: {_FINISHES: _FINISHED},  # The 100 was lost: 100 again.
        CloseConnection: _CLOSES,
    },
    _STOPPED: {
        GetLastError: {_GOES_ON: _STOPPED},
        CloseConnection: _CLOSES,
    },
    _CLOSED: {
        CloseConnection: _CLOSES,  # After "done", or because the goodbye's reply was lost.
    },
}

_REPETITIONS: Final = frozenset(
    {
        (_REQUEST_OUT, SendRequest),
        (_ANSWERED, ReceiveResponse),
        (_FINISHED, ReceiveResponse),
        (_CLOSED, CloseConnection),
    }
)
_OUTSIDE_SESSIONS: Final = frozenset({ServerVersion, ClientVersion})

NOTHING_DUE: Final = "This session has ended. Press Update Selected to start another."
GOODBYE: Final = "OK"  # Also to the goodbye after "none", which a person sees every few minutes.

# No fault and no hint: the Web Connector ends a session by itself on these. Interactive mode is
# never offered, so its calls are strays; "DONE" is what ends it (Intuit QBWC Programmer's Guide
# ch. 6; Intuit's sample WCECommSample).
_REPLIES_TO_STRAYS: Final[Mapping[type[Call], str | int]] = {
    SendRequest: "",
    ReceiveResponse: -1,
    ConnectionFailed: "done",
    GetLastError: NOTHING_DUE,
    CloseConnection: GOODBYE,
    GetInteractiveUrl: "",
    InteractiveRejected: "",
    InteractiveDone: "DONE",
}


class CallOutOfOrder(Exception):
    """The call does not fit the session's state, which stays as it is; `reply` is the answer."""

    def __init__(self, *, state: State, call: type[Call]) -> None:
        super().__init__(f"{call.operation} is out of order in the state {state}")
        self.state = state
        self.call = call
        self.reply = reply_to_stray(call)


def is_in_order(state: State, call: type[Call]) -> bool:
    """Say whether `call` may come in `state`; what is not in order gets `reply_to_stray`."""
    return call in _OUTSIDE_SESSIONS or call is Authenticate or call in TRANSITIONS[state]


def is_repetition(state: State, call: type[Call]) -> bool:
    """Say whether `call` in `state` is the last call again, because its reply was lost."""
    return (state, call) in _REPETITIONS


def next_state(
    state: State, call: type[Call], *, ends: bool = False, finished: bool = False
) -> State:
    """Return the state after `call` came in `state` and was answered.

    `ends` says that the answer ends the session: "none", "nvu" or "busy", no document, a negative
    number, "done". `finished` says that it was 100. A goodbye always ends. For authenticate the
    state is that of the session which begins.

    :raises CallOutOfOrder: if the call does not fit the state; it holds what to answer.
    :raises ValueError: if the call fits, but must not be answered so: the mistake is ours.
    """
    if call in _OUTSIDE_SESSIONS:
        return state
    row = TRANSITIONS[_NEW if call is Authenticate else state].get(call)
    if row is None:
        raise CallOutOfOrder(state=state, call=call)
    reply = _FINISHES if finished else _STOPS if ends or call is CloseConnection else _GOES_ON
    if reply not in row:
        raise ValueError(f"{call.operation} in the state {state} has no answer that {reply}")
    return row[reply]


def reply_to_stray(call: type[Call]) -> str | int:
    """Return the answer to a call that is out of order, or whose ticket is not known.

    It is the same for every ticket, so that a guessed one learns nothing.

    :raises KeyError: for the three calls that carry no ticket, which are never strays.
    """
    return _REPLIES_TO_STRAYS[call]


_LABELS: Final[Mapping[tuple[type[Call], Reply], str]] = {
    (Authenticate, _GOES_ON): "a company file",
    (Authenticate, _STOPS): "none, nvu or busy",
    (SendRequest, _GOES_ON): "a document",
    (SendRequest, _STOPS): "nothing",
    (ReceiveResponse, _GOES_ON): "1 to 99",
    (ReceiveResponse, _FINISHES): "100",
    (ReceiveResponse, _STOPS): "a negative number",
    (ConnectionFailed, _GOES_ON): "a file to try",
    (ConnectionFailed, _STOPS): "done",
}


def write_diagram() -> str:
    """Return the table as a Mermaid state diagram, each arrow a call and its answer.

    Repetitions and strays, which change nothing, are left out.
    """
    lines = ["stateDiagram-v2", f"    [*] --> {_NEW}"]
    for state, row in TRANSITIONS.items():
        for call, replies in row.items():
            for reply, following in replies.items():
                if not is_repetition(state, call):
                    answer = _LABELS.get((call, reply))
                    label = f"{call.operation} ({answer})" if answer else call.operation
                    lines.append(f"    {state} --> {following}: {label}")
    return "\n".join([*lines, f"    {_CLOSED} --> [*]"]) + "\n"

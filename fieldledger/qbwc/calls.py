"""The calls the Web Connector makes, one frozen dataclass per operation.

A call is what the Web Connector said, read from SOAP and free of it. What it left out, sent
empty or sent as xsi:nil is the empty string: .NET writes a null string as no element and an
empty one as `<hresult />`, and nothing hangs on the difference (the service's WSDL declares
every string optional).

repr() shows neither passwords nor tickets, nor the documents from QuickBooks, so that a call may
be logged as it is.

Sources: Intuit QBWC Programmer's Guide ch. 2 and 6; the service's WSDL as Intuit's tools generate
it; the signatures in Intuit's sample WCWebService.asmx.cs (the three interactive operations).
"""

from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum
from typing import ClassVar, Final, NamedTuple

NAMESPACE: Final = "http://developer.intuit.com/"  # The trailing slash is part of it.


class ResultKind(StrEnum):
    """What an operation answers."""

    TEXT = "text"
    NUMBER = "number"
    TEXTS = "texts"  # An array of strings: only authenticate answers one.


class Parameter(NamedTuple):
    """One parameter of an operation: its element on the wire and our name for it."""

    element: str
    attribute: str
    is_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call; `soap12` says that it came in SOAP 1.2 and wants its answer so."""

    operation: ClassVar[str]
    parameters: ClassVar[tuple[Parameter, ...]] = ()
    result: ClassVar[ResultKind] = ResultKind.TEXT

    soap12: bool = field(default=False, repr=False)


@dataclass(frozen=True, slots=True)
class TicketCall(Call):
    """A call inside a session: `ticket` is what authenticate answered."""

    parameters: ClassVar[tuple[Parameter, ...]] = (Parameter("ticket", "ticket"),)

    ticket: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServerVersion(Call):
    """Asks for our version, which the Web Connector shows and logs."""

    operation: ClassVar[str] = "serverVersion"


@dataclass(frozen=True, slots=True)
class ClientVersion(Call):
    """Tells the Web Connector's own version, such as "2.3.0.215"."""

    operation: ClassVar[str] = "clientVersion"
    parameters: ClassVar[tuple[Parameter, ...]] = (Parameter("strVersion", "version"),)

    version: str


@dataclass(frozen=True, slots=True)
class Authenticate(Call):
    """Opens a session: the user name of the setup file, the password typed by a person."""

    operation: ClassVar[str] = "authenticate"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("strUserName", "username"),
        Parameter("strPassword", "password"),
    )
    result: ClassVar[ResultKind] = ResultKind.TEXTS

    _: KW_ONLY
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SendRequest(TicketCall):
    """Asks for the next qbXML document.

    `hcp_response` is filled on the first call of a session only: QuickBooks' answers about the
    host, the company and its preferences. `major_version` and `minor_version` are the highest
    qbXML that QuickBooks takes. Source: Intuit QBWC Programmer's Guide ch. 2.
    """

    operation: ClassVar[str] = "sendRequestXML"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("ticket", "ticket"),
        Parameter("strHCPResponse", "hcp_response"),
        Parameter("strCompanyFileName", "company_file_name"),
        Parameter("qbXMLCountry", "country"),
        Parameter("qbXMLMajorVers", "major_version", is_number=True),
        Parameter("qbXMLMinorVers", "minor_version", is_number=True),
    )

    _: KW_ONLY
    hcp_response: str = field(default="", repr=False)
    company_file_name: str = ""
    country: str = ""
    major_version: int
    minor_version: int


@dataclass(frozen=True, slots=True)
class ReceiveResponse(TicketCall):
    """Brings QuickBooks' answer to the last document.

    A non-empty `hresult` means that nothing was executed and `response` is empty: look at it
    first. Source: Intuit QBWC Programmer's Guide ch. 2.
    """

    operation: ClassVar[str] = "receiveResponseXML"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("ticket", "ticket"),
        Parameter("response", "response"),
        Parameter("hresult", "hresult"),
        Parameter("message", "message"),
    )
    result: ClassVar[ResultKind] = ResultKind.NUMBER

    _: KW_ONLY
    response: str = field(default="", repr=False)
    hresult: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionFailed(TicketCall):
    """Tells that QuickBooks could not be opened; the operation's name is connectionError."""

    operation: ClassVar[str] = "connectionError"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("ticket", "ticket"),
        Parameter("hresult", "hresult"),
        Parameter("message", "message"),
    )

    _: KW_ONLY
    hresult: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class GetLastError(TicketCall):
    """Asks why there was no request, or why the answer was a negative number."""

    operation: ClassVar[str] = "getLastError"


@dataclass(frozen=True, slots=True)
class CloseConnection(TicketCall):
    """Ends the session; our answer is the status line the person reads."""

    operation: ClassVar[str] = "closeConnection"


# The ticket is called wcTicket in the interactive operations alone.
_INTERACTIVE_TICKET: Final = Parameter("wcTicket", "ticket")


@dataclass(frozen=True, slots=True)
class GetInteractiveUrl(TicketCall):
    """Asks for the page to show in interactive mode."""

    operation: ClassVar[str] = "getInteractiveURL"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        _INTERACTIVE_TICKET,
        Parameter("sessionID", "session_id"),
    )

    _: KW_ONLY
    session_id: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class InteractiveRejected(TicketCall):
    """Tells that the person declined interactive mode."""

    operation: ClassVar[str] = "interactiveRejected"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        _INTERACTIVE_TICKET,
        Parameter("reason", "reason"),
    )

    _: KW_ONLY
    reason: str = ""


@dataclass(frozen=True, slots=True)
class InteractiveDone(TicketCall):
    """Asks, once a minute, whether the person has finished in interactive mode."""

    operation: ClassVar[str] = "interactiveDone"
    parameters: ClassVar[tuple[Parameter, ...]] = (_INTERACTIVE_TICKET,)


CALLS: Final[tuple[type[Call], ...]] = (
    ServerVersion,
    ClientVersion,
    Authenticate,
    SendRequest,
    ReceiveResponse,
    ConnectionFailed,
    GetLastError,
    CloseConnection,
    GetInteractiveUrl,
    InteractiveRejected,
    InteractiveDone,
)

"""The two ways in which QuickBooks says no."""

PARSE_ERROR = "0x80040400"
PARSE_ERROR_MESSAGE = (
    "QuickBooks found an error when parsing the provided XML text stream."  # Intuit's own text.
)


class Refused(Exception):
    """QuickBooks refused a whole document: nothing of it ran, and there is no answer.

    `hresult` is text such as "0x80040400"; `message` is what QuickBooks' users would read; `reason`
    says what was wrong, which the real QuickBooks keeps to itself.
    """

    def __init__(self, hresult: str, message: str, *, reason: str = "") -> None:
        super().__init__(f"{hresult}: {message} {reason}".rstrip())
        self.hresult = hresult
        self.message = message
        self.reason = reason


def unreadable(reason: str) -> Refused:
    """Return the refusal of a document that breaks qbXML's structure."""
    return Refused(PARSE_ERROR, PARSE_ERROR_MESSAGE, reason=reason)


class Failed(Exception):
    """QuickBooks read one request and answered it with an error status; others go on."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message


NOT_IN_LIST = (
    "QuickBooks error message: Invalid argument.  The specified record does not exist in the list."
)


def no_such_reference(list_name: str, value: str, where: str) -> Failed:
    """Return status 3140 in QuickBooks' words."""
    return Failed(
        3140,
        f'There is an invalid reference to QuickBooks {list_name} "{value}" in the {where}.  '
        f"{NOT_IN_LIST}",
    )


def no_such_object(identity: str) -> Failed:
    """Return status 3120 in QuickBooks' words."""
    return Failed(
        3120, f'Object "{identity}" specified in the request cannot be found.  {NOT_IN_LIST}'
    )


def cannot_clear(element: str) -> Failed:
    """Return status 3190 in QuickBooks' words."""
    return Failed(3190, f"Cannot clear the element in the {element} field.")


def missing(element: str) -> Failed:
    """Return status 3150 for an element that QuickBooks needs though the schema does not."""
    return Failed(3150, f'There is a missing element: "{element}".')

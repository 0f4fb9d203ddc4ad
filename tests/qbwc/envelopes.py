"""Bodies of SOAP calls for tests: the shape that .NET writes, and parts to build others from."""

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
NS = "http://developer.intuit.com/"
DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
HEAD = (
    f'{DECLARATION}<soap:Envelope xmlns:soap="{SOAP11}"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
)
TAIL = "</soap:Body></soap:Envelope>"


def dotnet(operation: str, inside: str = "") -> bytes:
    """Return a call exactly as .NET writes it; `inside` is XML already."""
    if not inside:
        return f'{HEAD}<{operation} xmlns="{NS}" />{TAIL}'.encode()
    return f'{HEAD}<{operation} xmlns="{NS}">{inside}</{operation}>{TAIL}'.encode()


def envelope(body: str, *, soap: str = SOAP11, header: str = "", before: str = "") -> str:
    """Return an envelope around `body`, without a declaration."""
    return (
        f'{before}<s:Envelope xmlns:s="{soap}" xmlns="{NS}"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{header}<s:Body>{body}</s:Body></s:Envelope>"
    )


RECEIVE = "<ticket>T</ticket><response>{}</response><hresult /><message />"
AUTHENTICATE = (
    "<authenticate><strUserName>u</strUserName><strPassword>p</strPassword></authenticate>"
)

"""Bodies that no Web Connector sends: each must be refused, cheaply and without an echo.

`hostile()` yields a name and a body; the names sort by class. CANARY stands where an echo or a
leak would show it. The classes are those of OWASP's notes on XML, of Billion Laughs and its
relatives, of encodings that hide a document type from scanners, and of SOAP's own odd corners.
"""

import gzip
import zlib
from collections.abc import Iterator

from tests.qbwc.envelopes import (
    AUTHENTICATE,
    DECLARATION,
    HEAD,
    NS,
    RECEIVE,
    SOAP11,
    SOAP12,
    TAIL,
    dotnet,
    envelope,
)

CANARY = "CANARY-7f3a"
_GOOD = envelope(AUTHENTICATE)
_LARGE = 23 * 1024 * 1024


def hostile() -> Iterator[tuple[str, bytes]]:
    """Yield every hostile body with its name."""
    for group in (
        _not_xml,
        _document_types,
        _bombs,
        _encodings,
        _hidden_document_types,
        _shapes_too_large,
        _characters,
        _soap_structure,
        _parameters,
        _operations,
        _large_bodies,
        _huge_bodies,
    ):
        for name, body in group():
            yield f"{group.__name__.strip('_')}: {name}", body


def _not_xml() -> Iterator[tuple[str, bytes]]:
    good = _GOOD.encode()
    yield "empty", b""
    yield "white space", b" \r\n\t"
    yield "one NUL", b"\0"
    yield "JSON", b'{"operation": "authenticate"}'
    yield "a form", f"strUserName=u&strPassword={CANARY}".encode()
    yield "HTML", f"<!DOCTYPE html><html><body>{CANARY}</body></html>".encode()
    yield "HTML, no document type", b"<html><body>Sign in</body></html>"
    yield "gzip", gzip.compress(good)
    yield "gzip bomb", gzip.compress(b"A" * (8 << 20))
    yield "zlib", zlib.compress(good)
    yield "MTOM", b"--b\r\nContent-Type: application/xop+xml\r\n\r\n" + good + b"\r\n--b--"
    yield "an HTTP request inside", b"POST /qbwc HTTP/1.1\r\nHost: x\r\n\r\n" + good
    yield "chunk sizes inside", b"5\r\n<?xml\r\n0\r\n\r\n"
    yield "text before", f"{CANARY}{_GOOD}".encode()
    yield "a blank line before the declaration", f"\n{DECLARATION}{_GOOD}".encode()
    yield "text after", f"{_GOOD}{CANARY}".encode()
    yield "two documents", (_GOOD + _GOOD).encode()
    for cut in (1, 40, 120, len(good) - 20, len(good) - 1):
        yield f"cut at {cut}", good[:cut]
    yield "binary", bytes(range(256))
    yield "a .NET call cut", dotnet("getLastError", "<ticket>T</ticket>")[:-3]
    yield "a .NET call with a tail", dotnet("getLastError", "<ticket>T</ticket>") + b"<x/>"


def _document_types() -> Iterator[tuple[str, bytes]]:
    echo = envelope(AUTHENTICATE.replace(">u<", ">&x;<"))
    subsets = {
        "empty": "",
        "an entity": f'<!ENTITY x "{CANARY}">',
        "a file": '<!ENTITY x SYSTEM "file:///etc/hostname">',
        "a file of Windows": '<!ENTITY x SYSTEM "file:///c:/windows/win.ini">',
        "a path": '<!ENTITY x SYSTEM "../../../../etc/hostname">',
        "http": '<!ENTITY x SYSTEM "http://127.0.0.1:9/x">',
        "https": '<!ENTITY x SYSTEM "https://127.0.0.1:9/x">',
        "ftp": '<!ENTITY x SYSTEM "ftp://127.0.0.1:9/x">',
        "jar": '<!ENTITY x SYSTEM "jar:http://127.0.0.1:9/x!/y">',
        "public": '<!ENTITY x PUBLIC "-//X//Y" "http://127.0.0.1:9/x">',
        "a parameter entity": '<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;',
        "a parameter entity by value": "<!ENTITY % p \"<!ENTITY x 'y'>\"> %p;",
        "unparsed": '<!NOTATION n SYSTEM "n"><!ENTITY x SYSTEM "file:///etc/hostname" NDATA n>',
        "a notation": '<!NOTATION n SYSTEM "http://127.0.0.1:9/x">',
        "an attribute default": '<!ATTLIST authenticate a CDATA "b">',
        "an element": "<!ELEMENT x ANY>",
        "an amp of its own": '<!ENTITY amp "x">',
        "unfinished": "<!ENTITY x",
    }
    for name, subset in subsets.items():
        yield name, f"<!DOCTYPE r [{subset}]>{echo}".encode()
        yield f"{name}, unused", f"{DECLARATION}<!DOCTYPE r [{subset}]>{_GOOD}".encode()
    for name, outside in {
        "external file": 'SYSTEM "file:///etc/hostname"',
        "external http": 'SYSTEM "http://127.0.0.1:9/x.dtd"',
        "external public": 'PUBLIC "-//X//Y" "http://127.0.0.1:9/x.dtd"',
    }.items():
        yield name, f"<!DOCTYPE r {outside}>{_GOOD}".encode()
    yield "no name", f"<!DOCTYPE>{_GOOD}".encode()
    yield "lower case", f"<!doctype r>{_GOOD}".encode()
    yield "entity without a document type", echo.encode()
    yield "inside the root", envelope("<!DOCTYPE r>" + AUTHENTICATE).encode()
    yield "twice", f"<!DOCTYPE r><!DOCTYPE r>{_GOOD}".encode()


def _bombs() -> Iterator[tuple[str, bytes]]:
    echo = envelope(AUTHENTICATE.replace(">u<", ">&e9;<"))
    laughs = "".join(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 10))
    start = f'<!ENTITY e0 "{CANARY}">'
    yield "laughs", f"<!DOCTYPE r [{start}{laughs}]>{echo}".encode()
    yield (
        "laughs in an attribute",
        (f"<!DOCTYPE r [{start}{laughs}]>" + _GOOD.replace("<s:Body", '<s:Body a="&e9;"')).encode(),
    )
    parameters = "".join(
        f"<!ENTITY % e{level} '{f'&#37;e{level - 1};' * 10}'>" for level in range(1, 10)
    )
    yield (
        "laughs of parameters",
        (f"<!DOCTYPE r [<!ENTITY % e0 'x'>{parameters}%e9;]>{_GOOD}".encode()),
    )
    yield (
        "quadratic",
        (
            f'<!DOCTYPE r [<!ENTITY e9 "{"A" * 20_000}">]>'
            + envelope(AUTHENTICATE.replace(">u<", f">{'&e9;' * 5_000}<"))
        ).encode(),
    )
    yield "recursion", f'<!DOCTYPE r [<!ENTITY e9 "&e9;">]>{echo}'.encode()
    yield (
        "mutual recursion",
        (f'<!DOCTYPE r [<!ENTITY e9 "&f;"><!ENTITY f "&e9;">]>{echo}'.encode()),
    )
    yield "laughs in UTF-16", f"<!DOCTYPE r [{start}{laughs}]>{echo}".encode("utf-16")
    yield (
        "many entities",
        (
            "<!DOCTYPE r ["
            + "".join(f'<!ENTITY n{number} "x">' for number in range(2_000))
            + f"]>{_GOOD}"
        ).encode(),
    )


def _encodings() -> Iterator[tuple[str, bytes]]:
    for name in ("utf-7", "utf-32", "ebcdic", "cp037", "shift_jis", "gb18030", "koi8-r", "x" * 200):
        yield f"declared {name[:12]}", f'<?xml version="1.0" encoding="{name}"?>{_GOOD}'.encode()
    for name in ("rot13", "zlib", "hex", "base64", "idna", "punycode", "unicode_escape", "mbcs"):
        yield f"codec {name}", f'<?xml version="1.0" encoding="{name}"?>{_GOOD}'.encode()
    for name in ("utf-32", "utf-32-le", "utf-32-be", "cp037"):
        yield f"written in {name}", _GOOD.encode(name)
    yield (
        "UTF-16 declared, UTF-8 written",
        (f'<?xml version="1.0" encoding="utf-16"?>{_GOOD}'.encode()),
    )
    yield (
        "UTF-8 declared, UTF-16 written without a mark",
        (f"{DECLARATION}{_GOOD}".encode("utf-16-le")[:-1]),
    )
    yield "half a UTF-16 unit", _GOOD.encode("utf-16")[:-1]
    yield "an empty encoding", f'<?xml version="1.0" encoding=""?>{_GOOD}'.encode()
    yield "written in utf-7", _GOOD.replace("<", "+ADw-").replace(">", "+AD4-").encode()
    yield (
        "UTF-7 in a declared call",
        (f'<?xml version="1.0" encoding="utf-7"?>{_GOOD.replace(">u<", ">+ADw-x+AD4-<")}'.encode()),
    )
    yield "two marks", b"\xef\xbb\xbf\xef\xbb\xbf" + _GOOD.encode()


def _hidden_document_types() -> Iterator[tuple[str, bytes]]:
    hidden = f'<!DOCTYPE r [<!ENTITY x "{CANARY}">]>'
    echo = envelope(AUTHENTICATE.replace(">u<", ">&x;<"))
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        mark = b"\xff\xfe" if encoding == "utf-16-le" else b"\xfe\xff"
        body = f"{hidden}{echo}".encode(encoding)
        yield f"in {encoding}", body if encoding == "utf-16" else mark + body
    for name, prologue in {
        "after a comment": "<!-- <Envelope> -->",
        "after an instruction": "<?x <a ?>",
        "after a stylesheet": '<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?>',
        "after 16 KiB of comment": f"<!--{'x' * 16_384}-->",
        "after 16 KiB of blanks": " " * 16_384,
        "after many comments": "<!---->" * 2_000,
    }.items():
        yield name, f"{prologue}{hidden}{echo}".encode()
    yield "with tabs", f"<!DOCTYPE\t\n\rr\n[<!ENTITY x 'y'>]>{echo}".encode()


def _shapes_too_large() -> Iterator[tuple[str, bytes]]:
    for depth in (5, 60, 4_000):
        inside = "<a>" * depth + "</a>" * depth
        yield f"depth {depth}", envelope(f"<getLastError>{inside}</getLastError>").encode()
    yield "depth, never closed", ("<a>" * 20_000).encode()
    yield (
        "depth in a header",
        envelope(AUTHENTICATE, header=f"<s:Header>{'<a>' * 9}{'</a>' * 9}</s:Header>").encode(),
    )
    for width in (41, 5_000):
        yield f"width {width}", envelope(f"<getLastError>{'<a/>' * width}</getLastError>").encode()
    for count in (13, 4_000):
        attributes = " ".join(f'a{number}=""' for number in range(count))
        yield f"{count} attributes", envelope(f"<getLastError {attributes}/>").encode()
    for count in (13, 1_500):
        spaces = " ".join(f'xmlns:n{number}="urn:{number}"' for number in range(count))
        yield f"{count} namespaces", envelope(f"<getLastError {spaces}/>").encode()
    yield "the same attribute twice", envelope('<getLastError a="" a=""/>').encode()
    yield (
        "an attribute twice by namespace",
        envelope('<getLastError xmlns:p="urn:x" xmlns:q="urn:x" p:a="" q:a=""/>').encode(),
    )
    long = "n" * 30_000
    yield "a long element name", envelope(f"<{long}/>").encode()
    yield "a long attribute name", envelope(f'<getLastError {long}=""/>').encode()
    yield "a long prefix", envelope(f'<{long}:a xmlns:{long}="urn:x"/>').encode()
    yield "a long namespace", envelope(f'<getLastError xmlns:p="urn:{long}"/>').encode()
    yield "a long tag, unfinished", (HEAD + "<" + long).encode()
    yield "a long attribute, unfinished", (HEAD + f'<a b="{long}').encode()
    yield "a long comment, unfinished", (HEAD + f"<!--{long}").encode()
    yield "a long instruction, unfinished", (HEAD + f"<?x {long}").encode()
    yield "long CDATA, unfinished", (HEAD + f"<a><![CDATA[{long}").encode()


def _characters() -> Iterator[tuple[str, bytes]]:
    def named(bad: bytes) -> bytes:
        return dotnet("getLastError", "<ticket>T</ticket>").replace(b">T<", b">T" + bad + b"<")

    for name, bad in {
        "NUL": b"\0",
        "BEL": b"\x07",
        "ESC": b"\x1b",
        "U+FFFE": b"\xef\xbf\xbe",
        "U+FFFF": b"\xef\xbf\xbf",
        "a high surrogate": b"\xed\xa0\x80",
        "a pair of surrogates in CESU-8": b"\xed\xa0\xbd\xed\xb8\x80",
        "overlong slash": b"\xc0\xaf",
        "overlong less-than": b"\xe0\x80\xbc",
        "overlong NUL": b"\xc0\x80",
        "beyond Unicode": b"\xf4\x90\x80\x80",
        "five bytes": b"\xf8\x88\x80\x80\x80",
        "Latin-1": b"caf\xe9",
        "a lone continuation": b"\x80",
        "a reference to NUL": b"&#0;",
        "a reference to BEL": b"&#x7;",
        "a reference to a surrogate": b"&#xD800;",
        "a reference beyond Unicode": b"&#x110000;",
        "a reference of many digits": b"&#" + b"9" * 5_000 + b";",
        "a reference without an end": b"&amp",
        "an HTML entity": b"&nbsp;",
        "an ampersand alone": b"&",
        "the end of CDATA": b"]]>",
        "CDATA without an end": b"<![CDATA[x",
        "two hyphens in a comment": b"<!-- -- -->",
        "an instruction called xml": b"<?xml x?>",
    }.items():
        yield name, named(bad)


def _soap_structure() -> Iterator[tuple[str, bytes]]:
    call = "<getLastError><ticket>T</ticket></getLastError>"
    soap = f'xmlns:s="{SOAP11}" xmlns="{NS}"'
    header = "<s:Header>{}</s:Header>"
    bodies = {
        "no envelope": f'<getLastError xmlns="{NS}"><ticket>T</ticket></getLastError>',
        "no body": f"<s:Envelope {soap}></s:Envelope>",
        "no call": envelope(""),
        "text for a call": envelope(CANARY),
        "two calls": envelope(call + call),
        "two different calls": envelope(call + AUTHENTICATE),
        "two bodies": envelope(f"{call}</s:Body><s:Body>{AUTHENTICATE}"),
        "an empty body first": envelope(f"</s:Body><s:Body>{AUTHENTICATE}"),
        "two headers": envelope(call, header=header.format("") * 2),
        "a header after the body": envelope(f"{call}</s:Body><s:Header/><s:Body>"),
        "a header last": envelope(call).replace("</s:Envelope>", "<s:Header/></s:Envelope>"),
        "a body in the header": envelope(
            call, header=header.format(f"<s:Body>{AUTHENTICATE}</s:Body>")
        ),
        "a header to understand": envelope(
            call, header=header.format('<x xmlns="urn:x" s:mustUnderstand="1"/>')
        ),
        "a header to understand, 1.2": envelope(
            call, soap=SOAP12, header=header.format('<x xmlns="urn:x" s:mustUnderstand="true"/>')
        ),
        "another child of the envelope": envelope(call, header="<x/>"),
        "a wrong envelope": envelope(call).replace(SOAP11, "urn:soap"),
        "an envelope of no namespace": f"<Envelope><Body>{AUTHENTICATE}</Body></Envelope>",
        "a body of the other version": envelope(
            f'</s:Body><t:Body xmlns:t="{SOAP12}">{call}</t:Body><s:Body>'
        ),
        "only a body of the other version": (
            f'<s:Envelope {soap}><t:Body xmlns:t="{SOAP12}">{call}</t:Body></s:Envelope>'
        ),
        "the body is the root": f"<s:Body {soap}>{call}</s:Body>",
        "lower case": envelope(call).replace("Envelope", "envelope"),
        "a fault": envelope("<s:Fault><faultcode>s:Client</faultcode></s:Fault>"),
        "an answer": envelope(
            f"<getLastErrorResponse><getLastErrorResult>{CANARY}</getLastErrorResult>"
            "</getLastErrorResponse>"
        ),
        "multiref": envelope(
            '<getLastError><ticket href="#a"/></getLastError><multiRef id="a">T</multiRef>'
        ),
        "a reference to elsewhere": envelope('<getLastError><ticket href="#a"/></getLastError>'),
        "the call by reference": envelope('<getLastError href="#a"/>'),
        "XInclude": envelope(
            '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="/etc/hostname"/>'
        ),
        "an array": envelope(
            '<s:Array xmlns:e="http://schemas.xmlsoap.org/soap/encoding/"'
            ' e:arrayType="x[2147483647]"/>'
        ),
        "an undeclared prefix": f"<s:Envelope><s:Body>{call}</s:Body></s:Envelope>",
        "the prefix xmlns": envelope('<getLastError xmlns:xmlns="urn:x"/>'),
        "a prefix undone": envelope('<getLastError xmlns:s=""/>'),
        "crossed tags": envelope("<a><b></a></b>"),
        "an empty tag": envelope("<>"),
    }
    for name, body in bodies.items():
        yield name, body.encode()


def _parameters() -> Iterator[tuple[str, bytes]]:
    sends = (
        "<sendRequestXML><ticket>T</ticket><qbXMLMajorVers>{}</qbXMLMajorVers>"
        "<qbXMLMinorVers>0</qbXMLMinorVers></sendRequestXML>"
    )
    for value in ("", "x", "-1", "1.0", "1e3", "0x0d", "1" * 10, "1" * 5_000, "١٣", "1 3", "NaN"):
        yield f"the number {value[:12]!r}", envelope(sends.format(value)).encode()
    yield "a number inside a number", envelope(sends.format("<a>13</a>")).encode()
    yield (
        "numbers missing",
        envelope("<sendRequestXML><ticket>T</ticket></sendRequestXML>").encode(),
    )
    yield (
        "the number twice",
        envelope(
            sends.format("13").replace(
                "<qbXMLMinorVers>", "<qbXMLMajorVers>13</qbXMLMajorVers><qbXMLMinorVers>"
            )
        ).encode(),
    )
    password = "<strPassword>a</strPassword>"
    yield (
        "two passwords",
        envelope(AUTHENTICATE.replace("<strPassword>", f"{password}<strPassword>")).encode(),
    )
    yield (
        "two passwords of two namespaces",
        envelope(
            AUTHENTICATE.replace(
                "<strPassword>", f'<strPassword xmlns="urn:x">{CANARY}</strPassword><strPassword>'
            )
        ).encode(),
    )
    yield (
        "two passwords as .NET writes",
        dotnet("authenticate", f"<strUserName>u</strUserName>{password}{password}"),
    )
    yield "two tickets", dotnet("getLastError", "<ticket>T</ticket><ticket>U</ticket>")


def _operations() -> Iterator[tuple[str, bytes]]:
    for name in (
        "Authenticate",
        "authenticate2",
        "getServerVersion",
        "isInteractiveDone",
        "__init__",
        "__class__",
        "_make",
        "read_call",
        "sendRequestXMLResponse",
        "sendRequestXml",
        "authenticate.",
        CANARY,
    ):
        yield f"named {name}", envelope(f"<{name}><ticket>T</ticket></{name}>").encode()
        yield f"named {name}, as .NET writes", dotnet(name, "<ticket>T</ticket>")
    for space in ("", "urn:x", NS[:-1], NS.upper(), NS + "/", NS.replace("http:", "https:")):
        yield (
            f"of the namespace {space!r}",
            envelope(f'<getLastError xmlns="{space}"><ticket>T</ticket></getLastError>').encode(),
        )


def _large_bodies() -> Iterator[tuple[str, bytes]]:
    """Over 64 KiB: refused unless a ticket shows early."""
    long = "x" * 70_000
    yield (
        "a long password",
        dotnet("authenticate", f"<strUserName>u</strUserName><strPassword>{long}</strPassword>"),
    )
    yield "a long user name", envelope(AUTHENTICATE.replace(">u<", f">{long}<")).encode()
    yield (
        "a long company file",
        dotnet(
            "sendRequestXML",
            f"<ticket>T</ticket><strCompanyFileName>{long}</strCompanyFileName>"
            "<qbXMLMajorVers>13</qbXMLMajorVers><qbXMLMinorVers>0</qbXMLMinorVers>",
        ),
    )
    yield (
        "an answer with a late ticket",
        dotnet("receiveResponseXML", f"<response>{long}</response><ticket>T</ticket>"),
    )
    yield (
        "an answer without a ticket",
        dotnet("receiveResponseXML", f"<response>{long}</response><hresult />"),
    )
    yield (
        "an answer with an empty ticket",
        dotnet("receiveResponseXML", f"<ticket></ticket><response>{long}</response>"),
    )
    yield "a long ticket", dotnet("receiveResponseXML", f"<ticket>{long}</ticket>")
    yield (
        "blanks before an answer",
        envelope(
            f"{' ' * 70_000}<receiveResponseXML><ticket>T</ticket></receiveResponseXML>"
        ).encode(),
    )


def _huge_bodies() -> Iterator[tuple[str, bytes]]:
    """A ticket up front opens the way for 24 MiB: even then all stays within bounds."""
    long = "x" * 70_000
    yield "blanks alone", b" " * _LARGE
    yield "NULs alone", b"\0" * _LARGE
    yield "one long tag", b"<" + b"a" * _LARGE
    start = HEAD + f'<receiveResponseXML xmlns="{NS}"><ticket>T</ticket>'
    yield "too large", (start + "<response>").encode() + b"x" * (25 << 20)
    for name, filling in {
        "elements": "<a/>",
        "open tags": "<a>",
        "comments": "<!---->",
        "instructions": "<?a?>",
        "a comment": None,
        "attributes": None,
    }.items():
        if filling:
            body = start + filling * (2_000_000 // len(filling))
        elif name == "a comment":
            body = start + "<!--" + "x" * 4_000_000
        else:
            body = start + "<a" + "".join(f' a{number}=""' for number in range(200_000))
        yield f"with a ticket, {name}", body.encode()
    yield (
        "with a ticket, namespaces",
        (
            start + "<a" + "".join(f' xmlns:n{number}="u"' for number in range(100_000)) + "/>"
        ).encode(),
    )
    yield "with a ticket, an answer never closed", (start + "<response>" + "x" * _LARGE).encode()
    yield (
        "with a ticket, a bad reference at the end",
        dotnet("receiveResponseXML", RECEIVE.format("x" * 1_000_000 + "&bad;")),
    )
    yield (
        "with a ticket, two answers",
        dotnet("receiveResponseXML", f"<ticket>T</ticket><response>{long}</response><response />"),
    )
    yield "with a ticket, a tail", dotnet("receiveResponseXML", RECEIVE.format(long)) + b"x"
    yield "with a ticket, the wrong end", (start + f"<response>{long}</hresult>{TAIL}").encode()

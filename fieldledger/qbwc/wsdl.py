"""The service's description (WSDL), made from the table of calls.

The Web Connector never asks for it: it knows the operations. Developers and their tools do.
One binding, SOAP 1.1 over HTTP with document style and literal use, as the service that .NET
generates has it. Sources: Intuit QBWC Programmer's Guide ch. 2; the WSDL that Intuit's own tools
generate; the signatures in Intuit's sample WCWebService.asmx.cs (the interactive operations).
"""

from collections.abc import Mapping
from typing import Final

from fieldledger.qbwc.calls import CALLS, NAMESPACE, Call, Parameter, ResultKind, ServerVersion
from fieldledger.qbwc.writing import escape

SERVICE: Final = "QBWebConnectorSvc"
PORT: Final = "QBWebConnectorSvcSoap"

# Intuit's description declares a parameter here that the Web Connector never sends.
_DECLARED_BESIDES: Final[Mapping[type[Call], tuple[Parameter, ...]]] = {
    ServerVersion: (Parameter("strVersion", "version"),)
}

_RESULT_TYPES: Final = {
    ResultKind.TEXT: "s:string",
    ResultKind.NUMBER: "s:int",
    ResultKind.TEXTS: "tns:ArrayOfString",
}

_TEMPLATE: Final = """\
<?xml version="1.0" encoding="utf-8"?>
<wsdl:definitions xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"\
 xmlns:tns="{namespace}" xmlns:s="http://www.w3.org/2001/XMLSchema"\
 xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" targetNamespace="{namespace}">
<wsdl:types><s:schema elementFormDefault="qualified" targetNamespace="{namespace}">
{elements}
<s:complexType name="ArrayOfString"><s:sequence>\
<s:element minOccurs="0" maxOccurs="unbounded" name="string" nillable="true" type="s:string" />\
</s:sequence></s:complexType>
</s:schema></wsdl:types>
{messages}
<wsdl:portType name="{port}">
{port_type}
</wsdl:portType>
<wsdl:binding name="{port}" type="tns:{port}">
<soap:binding transport="http://schemas.xmlsoap.org/soap/http" style="document" />
{binding}
</wsdl:binding>
<wsdl:service name="{service}"><wsdl:port name="{port}" binding="tns:{port}">\
<soap:address location="{address}" /></wsdl:port></wsdl:service>
</wsdl:definitions>
"""


def write_wsdl(address: str) -> bytes:
    """Return the description of the service that answers at `address`, a URL."""
    filled = _TEMPLATE.format(
        namespace=NAMESPACE,
        service=SERVICE,
        port=PORT,
        elements="\n".join(map(_elements, CALLS)),
        messages="\n".join(map(_messages, CALLS)),
        port_type="\n".join(map(_port_operation, CALLS)),
        binding="\n".join(map(_bound_operation, CALLS)),
        address="{address}",
    )
    location = escape(address).replace(b'"', b"&quot;")
    return filled.encode("ascii").replace(b"{address}", location)


def _elements(call: type[Call]) -> str:
    parameters = (*call.parameters, *_DECLARED_BESIDES.get(call, ()))
    asked = "".join(
        _declared(each.element, "s:int" if each.is_number else "s:string") for each in parameters
    )
    answered = _declared(f"{call.operation}Result", _RESULT_TYPES[call.result])
    return _element(call.operation, asked) + "\n" + _element(f"{call.operation}Response", answered)


def _element(name: str, declared: str) -> str:
    sequence = f"<s:sequence>{declared}</s:sequence>" if declared else "<s:sequence />"
    return f'<s:element name="{name}"><s:complexType>{sequence}</s:complexType></s:element>'


def _declared(name: str, kind: str) -> str:
    # A .NET string may be null, and is then left out; a number never is.
    least = 1 if kind == "s:int" else 0
    return f'<s:element minOccurs="{least}" maxOccurs="1" name="{name}" type="{kind}" />'


def _messages(call: type[Call]) -> str:
    return "\n".join(
        f'<wsdl:message name="{call.operation}{way}">'
        f'<wsdl:part name="parameters" element="tns:{call.operation}{ending}" /></wsdl:message>'
        for way, ending in (("SoapIn", ""), ("SoapOut", "Response"))
    )


def _port_operation(call: type[Call]) -> str:
    return (
        f'<wsdl:operation name="{call.operation}">'
        f'<wsdl:input message="tns:{call.operation}SoapIn" />'
        f'<wsdl:output message="tns:{call.operation}SoapOut" /></wsdl:operation>'
    )


def _bound_operation(call: type[Call]) -> str:
    return (
        f'<wsdl:operation name="{call.operation}">'
        f'<soap:operation soapAction="{NAMESPACE}{call.operation}" style="document" />'
        '<wsdl:input><soap:body use="literal" /></wsdl:input>'
        '<wsdl:output><soap:body use="literal" /></wsdl:output></wsdl:operation>'
    )

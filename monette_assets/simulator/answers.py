"""The HTTP answers of the simulated QuickBooks: JSON, the XML of those who did not ask for JSON, and every fault."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

import orjson
from starlette.requests import Request
from starlette.responses import Response

from monette_assets.simulator.localisation import localised

_XML_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NAMESPACE = "http://schema.intuit.com/finance/v3"


def json_answer(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


def xml_answer(inner: str, status: int = 200) -> Response:
    time = datetime.now(UTC).isoformat(timespec="milliseconds")
    text = f'{_XML_HEAD}<IntuitResponse xmlns="{_NAMESPACE}" time="{time}">{inner}</IntuitResponse>'
    return Response(text, status, media_type="application/xml")


def wants_json(request: Request) -> bool:
    """QuickBooks sends XML to everyone who does not ask for JSON by name."""
    return "application/json" in request.headers.get("accept", "")


def fault(
    request: Request,
    status: int,
    code: str,
    message: str,
    detail: str = "",
    *,
    type_: str = "ValidationFault",
    language: str = "en",
) -> Response:
    """A fault in the company's language, as JSON or XML."""
    message = localised(message, language)
    if not wants_json(request):
        return xml_fault(status, code, message, detail, type_=type_)
    error = {"Message": message, "Detail": detail, "code": code, "element": ""}
    return json_answer({"Fault": {"Error": [error], "type": type_}, "time": _now()}, status)


def xml_fault(status: int, code: str, message: str, detail: str = "", *, type_: str) -> Response:
    body = f"<Message>{escape(message)}</Message>" + (f"<Detail>{escape(detail)}</Detail>" if detail else "")
    return xml_answer(f"<Fault type={quoteattr(type_)}><Error code={quoteattr(code)}>{body}</Error></Fault>", status)


def unauthorised(request: Request, detail: str) -> Response:
    """401: the one fault in lower case."""
    return _gateway_fault(request, 401, "AuthenticationFailed", "3200", "AUTHENTICATION", detail=detail)


def forbidden(request: Request) -> Response:
    """403: the token is another company's."""
    return _gateway_fault(request, 403, "ApplicationAuthorizationFailed", "3100", "AUTHORIZATION")


def _gateway_fault(request: Request, status: int, name: str, code: str, type_: str, detail: str = "") -> Response:
    message = f"message={name}; errorCode=00{code}; statusCode={status}"
    if not wants_json(request):
        return xml_fault(status, code, message, detail, type_=type_)
    body: dict[str, object] = {
        "warnings": None,
        "intuitObject": None,
        "fault": {
            "error": [{"message": message, "detail": detail, "code": code, "element": None}],
            "type": type_,
        },
        "report": None,
        "queryResponse": None,
        "batchItemResponse": [],
        "attachableResponse": [],
        "syncErrorResponse": None,
        "requestId": None,
        "time": int(datetime.now(UTC).timestamp() * 1000),
        "status": None,
        "cdcresponse": [],
    }
    return json_answer(body, status)


def throttled() -> Response:
    error = {
        "Message": "message=ThrottleExceeded; errorCode=003001; statusCode=429",
        "Detail": "The request limit was reached.  Try again later",
        "code": "3001",
    }
    return json_answer({"Fault": {"Error": [error], "type": "SERVICE"}}, 429)


def gateway_timeout() -> Response:
    """504: XML, even to those who asked for JSON."""
    return xml_fault(504, "6002", "message=GatewayTimeout; errorCode=006002; statusCode=504", type_="SERVICE")


def system_fault(request: Request, language: str) -> Response:
    message = "An application error has occurred while processing your request"
    return fault(
        request,
        500,
        "10000",
        message,
        "System Failure Error: the request could not be completed",
        type_="SystemFault",
        language=language,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")

"""A provider that only knows its schemas: Terraform starts it as it starts the real one, and asks it for them.

    python -m monette_assets_tests.infra.providers.stand_in RESPONSE

RESPONSE is the file with the answer to GetSchema (`schemas_as_message`). Every value is valid to it, and an ephemeral
resource (which Terraform cannot mock) is what its configuration says, and `GIVEN` where only the provider would know.
It speaks version 5 of Terraform's plugin protocol over gRPC on loopback:
https://developer.hashicorp.com/terraform/plugin/terraform-plugin-protocol
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import msgspec

from monette_assets_tests.infra.providers.bindings import Argument, Block

SINGLE, LIST, SET = 1, 2, 3
PROVIDER, RESOURCES, DATA_SOURCES, EPHEMERAL = 1, 2, 3, 8  # fields of GetProviderSchema.Response
GIVEN = "given by the stand-in"


def schemas_as_message(schemas: Mapping[str, Block], ephemeral: Mapping[str, Block]) -> bytes:
    """GetProviderSchema.Response of these schemas, by the names that `bindings.read` takes."""
    message = b""
    for name, block in schemas.items():
        schema = _schema(block)
        if name == "provider":
            message += _field(PROVIDER, schema)
        else:
            place = DATA_SOURCES if name.startswith("data.") else RESOURCES
            message += _field(place, _field(1, name.removeprefix("data.").encode()) + _field(2, schema))
    for name, block in ephemeral.items():
        message += _field(EPHEMERAL, _field(1, name.encode()) + _field(2, _schema(block)))
    return message


def _schema(block: Block) -> bytes:
    return _field(2, _block(block))


def _block(block: Block) -> bytes:
    message = b""
    for name, argument in block.arguments.items():
        if argument.block is None:
            message += _field(2, _attribute(name, argument))
        else:
            message += _field(3, _nested(name, argument, argument.block))
    return message


def _attribute(name: str, argument: Argument) -> bytes:
    optional = argument.settable and not argument.required
    write_only = name.endswith("_wo")  # the providers' convention; the bindings do not say it
    message = _field(1, name.encode()) + _field(2, json.dumps(argument.type).encode())
    message += _flag(4, argument.required) + _flag(5, optional) + _flag(6, not argument.required and not write_only)
    return message + _flag(10, write_only)


def _nested(name: str, argument: Argument, block: Block) -> bytes:
    single = name == "timeouts"
    nesting = SINGLE if single else SET if argument.unordered else LIST
    message = _field(1, name.encode()) + _field(2, _block(block)) + _number(3, nesting)
    if single:
        return message
    return message + _number(4, int(argument.required)) + _number(5, 0 if argument.several else 1)


def _varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value) if value else b""


def _flag(number: int, value: bool) -> bytes:
    return _number(number, int(value))


def _read(message: bytes) -> dict[int, bytes]:
    """The length-delimited fields of a message by number; others do not occur in what is read here."""
    fields: dict[int, bytes] = {}
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at, value, shift = at + 1, value | (byte & 0x7F) << shift, shift + 7
            if byte < 0x80:
                return value

    while at < len(message):
        number, size = varint() >> 3, varint()
        fields[number] = message[at : at + size]
        at += size
    return fields


def _opened(request: bytes, context: grpc.ServicerContext) -> bytes:
    """OpenEphemeralResource: the configuration (field 2, msgpack in field 1) with `result` filled in (field 3)."""
    values = msgspec.msgpack.decode(_read(_read(request)[2])[1])
    return _field(3, _field(1, msgspec.msgpack.encode({**values, "result": GIVEN})))


class _Answers(grpc.GenericRpcHandler):
    """Every call of the protocol, as bytes: the schemas where they are asked for, else nothing, which means well."""

    def __init__(self, schemas: bytes, leave: Callable[[], None]) -> None:
        self._schemas = schemas
        self._leave = leave

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        service, _, method = handler_call_details.method.lstrip("/").partition("/")
        if service == "plugin.GRPCBroker":
            return grpc.stream_stream_rpc_method_handler(self._silence)
        if service == "plugin.GRPCController":
            return grpc.unary_unary_rpc_method_handler(self._shut_down)
        if service != "tfplugin5.Provider":
            return None
        if method == "OpenEphemeralResource":
            return grpc.unary_unary_rpc_method_handler(_opened)
        answer = self._schemas if method == "GetSchema" else b""
        return grpc.unary_unary_rpc_method_handler(lambda request, context: answer)

    def _shut_down(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        self._leave()
        return b""

    @staticmethod
    def _silence(requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        yield from (b"" for _ in requests)


def main() -> None:
    """Serves until it is told to leave."""
    over = threading.Event()
    server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.max_send_message_length", -1)])
    server.add_generic_rpc_handlers([_Answers(Path(sys.argv[1]).read_bytes(), over.set)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(f"1|5|tcp|127.0.0.1:{port}|grpc", flush=True)  # noqa: T201  # what go-plugin waits for
    over.wait()
    server.stop(0.1).wait()


if __name__ == "__main__":
    main()

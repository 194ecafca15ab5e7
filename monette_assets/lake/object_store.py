"""An object store as a file system of pyarrow: delta-rs' own, by the same options as the tables."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from deltalake.fs import DeltaStorageHandler


class ObjectStore(DeltaStorageHandler):  # type: ignore[misc]
    """delta-rs' handler, whose streams also take what pyarrow writes: buffers, where delta-rs asks for bytes."""

    def open_output_stream(self, path: str, metadata: dict[str, str] | None = None) -> pa.PythonFile:
        """Replaces the object, whole, when the stream is closed."""
        return pa.PythonFile(_Bytes(self._handler.open_output_stream(path, metadata)))


class _Bytes:
    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.closed = False

    def write(self, data: Any) -> int:
        return int(self._stream.write(bytes(data)))

    def flush(self) -> None:
        """What is written arrives on closing."""

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._stream.close()

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

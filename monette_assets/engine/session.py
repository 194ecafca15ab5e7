"""One Spark session per run, through dagster-pyspark's session resource."""

from __future__ import annotations

import contextlib
import os
import socket
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from monette_assets.engine import memory
from monette_assets.engine.store import Store

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


# what a Spark with Delta says of itself: the open-source one, and Databricks
DELTA_OF_ITS_OWN = (
    ("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension"),
    ("spark.databricks.clusterUsageTags.sparkVersion", "."),
)


class EngineUnreachableError(RuntimeError):
    """Nobody answers at the Spark Connect endpoint."""


def preflight(remote: str, timeout_seconds: float) -> None:
    """Raise EngineUnreachableError unless a Spark Connect server answers at `remote` (sc://host:port[/;options]).

    Without it, an endpoint nobody answers on blocks an op for minutes. A port that accepts connections is not
    enough: the server is asked for its version, with the options that the session will use.
    """
    parts = urlsplit(remote)
    if parts.scheme != "sc" or not parts.hostname:
        raise EngineUnreachableError(
            f"MONETTE_SPARK_REMOTE: expected sc://host[:port], found {remote.partition('/;')[0]!r}; correct or unset it"
        )
    port = parts.port or 15002
    try:
        socket.create_connection((parts.hostname, port), timeout=timeout_seconds).close()
    except OSError as error:
        raise EngineUnreachableError(
            f"no Spark Connect server answered at {parts.hostname}:{port} within {timeout_seconds:g} s ({error}); "
            "start it, correct MONETTE_SPARK_REMOTE, or unset it to use the embedded engine"
        ) from error
    _shake_hands(remote, f"{parts.hostname}:{port}", timeout_seconds)


def _shake_hands(remote: str, where: str, timeout_seconds: float) -> None:
    """Ask the server for its Spark version. The error never holds the URL's options: they may hold a token."""
    import grpc
    from pyspark.sql.connect.client import DefaultChannelBuilder
    from pyspark.sql.connect.proto import (
        AnalyzePlanRequest,
        ReleaseSessionRequest,
        SparkConnectServiceStub,
        UserContext,
    )

    try:
        builder = DefaultChannelBuilder(remote)
    except Exception as error:
        raise EngineUnreachableError(
            f"MONETTE_SPARK_REMOTE: what follows {where}/; is not understood ({type(error).__name__}); correct it"
        ) from None
    session_id, user = str(uuid.uuid4()), UserContext(user_id=builder.userId or "")
    metadata = list(builder.metadata())
    with builder.toChannel() as channel:
        server = SparkConnectServiceStub(channel)  # type: ignore[no-untyped-call]
        asked = AnalyzePlanRequest(
            session_id=session_id, user_context=user, spark_version=AnalyzePlanRequest.SparkVersion()
        )
        try:
            server.AnalyzePlan(asked, metadata=metadata, timeout=timeout_seconds)
        except grpc.RpcError as error:
            code = error.code().name if isinstance(error, grpc.Call) else type(error).__name__
            raise EngineUnreachableError(
                f"{where} accepts connections, but no Spark Connect server answered there within {timeout_seconds:g} s "
                f"({code}); start one there, correct MONETTE_SPARK_REMOTE (host, port, use_ssl, token), or unset it to "
                "use the embedded engine"
            ) from None
        with contextlib.suppress(grpc.RpcError):  # a server that cannot release it drops it by itself
            done = ReleaseSessionRequest(session_id=session_id, user_context=user)
            server.ReleaseSession(done, metadata=metadata, timeout=timeout_seconds)


def configure(session: SparkSession, *, embedded: bool) -> None:
    """Tell a session what every table relies on."""
    # a day is a local calendar day; instants are stored as UTC
    session.conf.set("spark.sql.session.timeZone", "UTC")
    # a decimal that overflows raises, and never becomes null (ACCOUNTING 16)
    session.conf.set("spark.sql.ansi.enabled", "true")
    # instants in files as everybody reads them: Spark's own default is an older form without a time zone
    session.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
    if embedded:
        # else every column expression walks the stack for its call site and looks for IPython: a fifth of a
        # refresh. A server on a JVM is told when it starts
        session.conf.set("spark.python.sql.dataFrameDebugging.enabled", "false")
        # nothing can cut this connection off: a query need not be found again, and takes half
        session.client.disable_reattachable_execute()


class Engine:
    """A Spark session at `remote`, or on the embedded server where there is none. It starts on first use."""

    def __init__(self, remote: str | None = None, timeout_seconds: float = 10.0, store: Store | None = None) -> None:
        """`store`: where the tables lie, if not on a disk; a remote engine has its own way there."""
        self.remote, self.timeout_seconds, self.store = remote, timeout_seconds, store
        self._server: Any = None
        self._session: Any = None

    @property
    def embedded(self) -> bool:
        return self.remote is None

    @property
    def commits(self) -> bool:
        """Whether the engine's own Delta commits what is published: that of Spark on a JVM does, Sail's must not.

        Raises EngineUnreachableError as `spark` does.
        """
        return not self.embedded and any(name in (self.spark.conf.get(key, "") or "") for key, name in DELTA_OF_ITS_OWN)

    @property
    def spark(self) -> SparkSession:
        """The session. Raises EngineUnreachableError where a remote engine does not answer.

        Where the store of the tables lets nobody in, raises what the engine raises then.
        """
        if self._session is None or self._session.is_stopped:  # another engine of the process may have ended it
            from dagster_pyspark import LazyPySparkResource

            session: SparkSession = LazyPySparkResource(
                spark_config={"spark.remote": self._start_embedded() if self.remote is None else self._reach()}
            ).spark_session
            configure(session, embedded=self.embedded)
            if self.embedded and self.store is not None:
                self.store.enter(session)
            self._session = session
        return self._session  # type: ignore[no-any-return]

    def _reach(self) -> str:
        assert self.remote is not None
        preflight(self.remote, self.timeout_seconds)
        return self.remote

    def _start_embedded(self) -> str:
        if self._server is None:
            os.environ.setdefault("RUST_LOG", "error")
            memory.purge_at_once()
            from pysail.spark import SparkConnectServer

            memory.bound_arenas()
            memory.collect_seldom()
            self._server = SparkConnectServer("127.0.0.1", 0)
            self._server.start(background=True)
        host, port = self._server.listening_address
        return f"sc://{host}:{port}"

    def close(self) -> None:
        """End the session and the embedded server; safe to call twice."""
        if self._session is not None:
            self._session.stop()
            self._session = None
        if self._server is not None:
            self._server.stop()
            self._server = None

"""The Spark session: Sail embedded in the process by default, any Spark Connect endpoint otherwise."""

from monette_assets.engine.session import Engine, EngineUnreachableError
from monette_assets.engine.store import Store

__all__ = ["Engine", "EngineUnreachableError", "Store"]

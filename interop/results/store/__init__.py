"""Every attempt of every run in one database, and what one asks of it. SQLite, or PostgreSQL by URL."""

from interop.results.store.database import Store, default_place
from interop.results.store.importing import Imported, Importer, import_run
from interop.results.store.migrations import StoreRefused

__all__ = ["Imported", "Importer", "Store", "StoreRefused", "default_place", "import_run"]

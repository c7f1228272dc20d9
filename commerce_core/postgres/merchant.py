"""The shop's own settings in PostgreSQL."""

from typing import Any

from attrs import asdict, frozen
from psycopg.types.json import Jsonb

from commerce_core.merchant.model import Merchant, Premises
from commerce_core.postgres.database import Database, Row, Session


@frozen
class PostgresMerchant:
    """Reads and writes the settings in the transaction of the session."""

    session: Session

    def find(self) -> Merchant | None:
        """The settings."""
        return _merchant(self.session.row("merchant.find"))

    def write(self, merchant: Merchant) -> None:
        """Keep them."""
        values: dict[str, Any] = asdict(merchant)
        values["address"] = None if merchant.address is None else Jsonb(values["address"])
        values["integration_settings"] = Jsonb(dict(merchant.integration_settings))
        values["invoice_first_numbers"] = list(merchant.invoice_first_numbers)
        self.session.send("merchant.write", now=self.session.now, **values)


@frozen
class PostgresMerchantReader:
    """Reads the settings."""

    database: Database

    def find(self) -> Merchant | None:
        """The settings."""
        with self.database.read() as session:
            return _merchant(session.row("merchant.find"))


def _merchant(row: Row | None) -> Merchant | None:
    if row is None:
        return None
    columns = list(row)
    columns[6] = None if row[6] is None else Premises(**row[6])
    return Merchant(*columns)

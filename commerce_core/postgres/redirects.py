"""Redirects in PostgreSQL."""

from uuid import UUID

from attrs import frozen

from commerce_core.catalog.model import Redirect, RedirectKind
from commerce_core.catalog.staff_views import Address, RedirectView, WordQuery
from commerce_core.kernel.page import Page
from commerce_core.kernel.slug import Slug
from commerce_core.postgres.database import Database, Row, Session


@frozen
class PostgresRedirects:
    """Reads and writes redirects in the transaction of the session."""

    session: Session

    def lock(self) -> None:
        """Be the only one who writes redirects."""
        self.session.send("redirects.lock").fetchone()

    def by_address(self, kind: RedirectKind, slug: str) -> Redirect | None:
        """The redirect from this address."""
        row = self.session.row("redirects.by_address", entity_type=kind.value, slug=slug)
        return None if row is None else _redirect(row)

    def by_id(self, redirect_id: UUID) -> Redirect | None:
        """The redirect with this id."""
        row = self.session.row("redirects.by_id", id=redirect_id)
        return None if row is None else _redirect(row)

    def has_page(self, kind: RedirectKind, slug: str, *, live: bool) -> bool:
        """Whether a product or category has this address."""
        found: bool = self.session.value("redirects.has_page", entity_type=kind.value, slug=slug, live=live)
        return found

    def write(self, redirect: Redirect) -> None:
        """Add or change a redirect, and take along those that led to its address."""
        self.session.send(
            "redirects.write",
            id=redirect.id,
            entity_type=redirect.entity_type.value,
            slug=redirect.slug,
            target_type=redirect.target_type.value,
            target_slug=redirect.target_slug,
            manual=redirect.manual,
            version=redirect.version,
            now=self.session.now,
        )
        self.session.send(
            "redirects.follow",
            entity_type=redirect.entity_type.value,
            slug=redirect.slug,
            target_type=redirect.target_type.value,
            target_slug=redirect.target_slug,
        )

    def move(self, kind: RedirectKind, old: Slug, new: Slug, redirect_id: UUID) -> None:
        """What was at `old` is at `new`."""
        address = {"entity_type": kind.value, "slug": old.value}
        self.session.send("redirects.drop_from", entity_type=kind.value, slug=new.value)
        self.session.send("redirects.follow", **address, target_type=kind.value, target_slug=new.value)
        self.session.send("redirects.keep", **address, id=redirect_id, target_slug=new.value, now=self.session.now)

    def drop(self, redirect_id: UUID) -> None:
        """Take a redirect away."""
        self.session.send("redirects.drop", id=redirect_id)

    def forget(self, kind: RedirectKind, slug: str) -> None:
        """Take away the redirect from this address, and those to it."""
        self.session.send("redirects.forget", entity_type=kind.value, slug=slug)


@frozen
class PostgresRedirectReader:
    """Reads redirects for operators and for whoever comes to an old address."""

    database: Database

    def redirects(self, query: WordQuery) -> Page[RedirectView]:
        """Redirects, the newest first."""
        page = query.paging
        with self.database.read() as session:
            rows = session.rows("redirects.list", q=query.q, limit=page.per_page, offset=page.offset)
            total = session.value("redirects.count", q=query.q)
        return Page(tuple(_view(row) for row in rows), page.page, page.per_page, total)

    def redirect(self, redirect_id: UUID) -> RedirectView | None:
        """One of them."""
        with self.database.read() as session:
            row = session.row("redirects.one", id=redirect_id)
        return None if row is None else _view(row)

    def target(self, kind: RedirectKind, slug: str) -> Address | None:
        """The live page this address leads to."""
        with self.database.read() as session:
            row = session.row("redirects.target", entity_type=kind.value, slug=slug)
        return None if row is None else Address(RedirectKind(row[0]), row[1])


def _redirect(row: Row) -> Redirect:
    redirect_id, kind, slug, target_kind, target_slug, manual, version = row
    return Redirect(redirect_id, RedirectKind(kind), slug, RedirectKind(target_kind), target_slug, manual, version)


def _view(row: Row) -> RedirectView:
    redirect_id, kind, slug, target_kind, target_slug, manual, version, created_at = row
    return RedirectView(
        redirect_id, RedirectKind(kind), slug, RedirectKind(target_kind), target_slug, manual, version, created_at
    )

"""Which slug a page may have, and what becomes of the one it had."""

from attrs import evolve

from commerce_core.access.model import Actor
from commerce_core.catalog.editing import record_change
from commerce_core.catalog.errors import SlugRetired, SlugTaken
from commerce_core.catalog.model import ProductStatus, RedirectKind
from commerce_core.catalog.ports import CatalogWork, Change
from commerce_core.kernel.slug import Slug


def claim_product_slug(work: CatalogWork, actor: Actor, wish: Slug, *, present: Slug | None, reuse: bool) -> None:
    """Make `wish` free for a product that is at `present`, None for one that is new.

    An archived product gives its slug up for `reuse` only, and is found under a numbered one from then on.
    Raises `SlugTaken` or `SlugRetired`.
    """
    holder = work.products.lock_by_slugs([wish.value]).get(wish.value)
    if holder is not None:
        if holder.status is not ProductStatus.ARCHIVED:
            raise SlugTaken(wish.value)
        if not reuse:
            raise SlugRetired(wish.value)
        renamed = evolve(holder, slug=work.products.free_slug(wish), version=holder.version + 1)
        work.products.write([Change(holder, renamed)])
        record_change(work, actor, Change(holder, renamed))
    claim_address(work, RedirectKind.PRODUCT, wish, present=present, reuse=reuse)


def claim_address(work: CatalogWork, kind: RedirectKind, wish: Slug, *, present: Slug | None, reuse: bool) -> None:
    """Take an old address over: freely when it leads to `present`, else for `reuse` only. Raises `SlugRetired`."""
    work.redirects.lock()
    redirect = work.redirects.by_address(kind, wish.value)
    if redirect is None:
        return
    own = present is not None and (redirect.target_type, redirect.target_slug) == (kind, present.value)
    if not own and not reuse:
        raise SlugRetired(wish.value)
    work.redirects.drop(redirect.id)

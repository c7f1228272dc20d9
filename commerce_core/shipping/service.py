"""Where the shop sends to, in which ways and at what price, kept by operators."""

from collections.abc import Callable, Sequence
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.access.model import Actor, AuditEntry, Changes, Permission
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.shipping.drafts import MAX_OPTIONS, NewOption, NewZone, OptionChanges, ZoneChanges
from commerce_core.shipping.errors import (
    ShippingOptionNotFound,
    ShippingOptionTaken,
    ShippingZoneNotFound,
    ShippingZoneVersionStale,
    TooManyShippingOptions,
)
from commerce_core.shipping.model import Option, Zone
from commerce_core.shipping.ports import ShippingWork, ZoneReader
from commerce_core.shipping.views import ZoneView


@frozen
class ShippingService:
    """The zones and their options. A change counts from the next total on, in every process."""

    begin: Begin[ShippingWork]
    read: ZoneReader
    new_id: NewId
    currency: str

    def list_zones(self, actor: Actor) -> tuple[ZoneView, ...]:
        """Every zone, in the order in which they were made. Raises `PermissionDenied`."""
        actor.must(Permission.SETTINGS_READ)
        return tuple(ZoneView.of(zone) for zone in self.read.zones())

    def find(self, actor: Actor, zone_id: UUID) -> ZoneView:
        """One zone. Raises `PermissionDenied` or `ShippingZoneNotFound`."""
        actor.must(Permission.SETTINGS_READ)
        return ZoneView.of(_found(self.read.zones(), zone_id))

    def create(self, actor: Actor, new: NewZone) -> ZoneView:
        """One more zone with its options.

        Raises `PermissionDenied`, `ShippingOptionTaken`, or `InvalidInput` for a price in another currency; then
        nothing has changed.
        """
        return self.create_all(actor, [new])[0]

    @retried
    def create_all(self, actor: Actor, wanted: Sequence[NewZone]) -> tuple[ZoneView, ...]:
        """Several zones, or none of them. Raises what `create` raises."""
        actor.must(Permission.SETTINGS_WRITE)
        made = []
        with self.begin() as work:
            work.rule_revision.advance()
            taken = _ids(work.zones.all())
            for new in wanted:
                options = zip(new.options, new.options_in(self.currency), strict=True)
                named = tuple(_named(asked, option, taken) for asked, option in options)
                zone = evolve(new.of(self.new_id()), options=named)
                work.zones.write(zone)
                _record(work, actor, None, zone)
                made.append(ZoneView.of(zone))
        return tuple(made)

    def change(
        self, actor: Actor, zone_id: UUID, changes: ZoneChanges, expected_version: int | None = None
    ) -> ZoneView:
        """Change a zone's title or places.

        Raises `PermissionDenied`, `ShippingZoneNotFound`, `ShippingZoneVersionStale` or `InvalidInput`; then nothing
        has changed.
        """
        return self._edit(actor, zone_id, expected_version, lambda zone, _: changes.of(zone))

    @retried
    def delete(self, actor: Actor, zone_id: UUID, expected_version: int | None = None) -> None:
        """Send there no longer. Carts lose its options, orders keep them.

        Raises `PermissionDenied`, `ShippingZoneNotFound` or `ShippingZoneVersionStale`; then nothing has changed.
        """
        actor.must(Permission.SETTINGS_WRITE)
        with self.begin() as work:
            work.rule_revision.advance()
            zone = _expected(_found(work.zones.all(), zone_id), expected_version)
            work.zones.remove(zone.id)
            _record(work, actor, zone, None)

    def add_option(self, actor: Actor, zone_id: UUID, new: NewOption, expected_version: int | None = None) -> ZoneView:
        """One more way to send into a zone, behind the others.

        Raises what `change` raises, `ShippingOptionTaken` or `TooManyShippingOptions`; then nothing has changed.
        """

        def added(zone: Zone, taken: set[str]) -> Zone:
            if len(zone.options) >= MAX_OPTIONS:
                raise TooManyShippingOptions(MAX_OPTIONS)
            return evolve(zone, options=(*zone.options, _named(new, new.of(self.currency), taken)))

        return self._edit(actor, zone_id, expected_version, added)

    def change_option(
        self, actor: Actor, zone_id: UUID, option_id: str, changes: OptionChanges, expected_version: int | None = None
    ) -> ZoneView:
        """Change a way to send. Raises what `change` raises, or `ShippingOptionNotFound`; then nothing has changed."""

        def changed(zone: Zone, _: set[str]) -> Zone:
            after = changes.of(_option(zone, option_id), self.currency)
            return evolve(zone, options=tuple(after if o.id == option_id else o for o in zone.options))

        return self._edit(actor, zone_id, expected_version, changed)

    def remove_option(
        self, actor: Actor, zone_id: UUID, option_id: str, expected_version: int | None = None
    ) -> ZoneView:
        """Offer a way to send no longer. Raises what `change_option` raises; then nothing has changed."""

        def removed(zone: Zone, _: set[str]) -> Zone:
            gone = _option(zone, option_id)
            return evolve(zone, options=tuple(option for option in zone.options if option is not gone))

        return self._edit(actor, zone_id, expected_version, removed)

    @retried
    def _edit(
        self, actor: Actor, zone_id: UUID, expected_version: int | None, decide: Callable[[Zone, set[str]], Zone]
    ) -> ZoneView:
        """The zone after `decide`, which is told every option's id; written and recorded when it is different."""
        actor.must(Permission.SETTINGS_WRITE)
        with self.begin() as work:
            work.rule_revision.advance()
            zones = work.zones.all()
            before = _expected(_found(zones, zone_id), expected_version)
            wanted = decide(before, _ids(zones))
            if wanted == before:
                return ZoneView.of(before)
            after = evolve(wanted, version=before.version + 1)
            work.zones.write(after)
            _record(work, actor, before, after)
        return ZoneView.of(after)


def _ids(zones: Sequence[Zone]) -> set[str]:
    return {option.id for zone in zones for option in zone.options}


def _named(asked: NewOption, option: Option, taken: set[str]) -> Option:
    """The option under an id of its own: the one asked for, or the first free one after its title. `taken` grows."""
    if asked.id is not None and option.id in taken:
        raise ShippingOptionTaken(option.id)
    name, n = option.id, 1
    while name in taken:
        n += 1
        name = f"{option.id[:60].rstrip('-')}-{n}"
    taken.add(name)
    return evolve(option, id=name)


def _found(zones: Sequence[Zone], zone_id: UUID) -> Zone:
    for zone in zones:
        if zone.id == zone_id:
            return zone
    raise ShippingZoneNotFound(zone_id)


def _option(zone: Zone, option_id: str) -> Option:
    for option in zone.options:
        if option.id == option_id:
            return option
    raise ShippingOptionNotFound(option_id)


def _expected(zone: Zone, version: int | None) -> Zone:
    if version is not None and version != zone.version:
        raise ShippingZoneVersionStale(zone.version)
    return zone


def _record(work: ShippingWork, actor: Actor, before: Zone | None, after: Zone | None) -> None:
    old, new = _told(before), _told(after)
    changes: Changes = {name: (old.get(name), new.get(name)) for name in old | new if old.get(name) != new.get(name)}
    what = "created" if before is None else "deleted" if after is None else "changed"
    entity = after or before
    work.audit.record(AuditEntry(actor, f"shipping_zone.{what}", "shipping_zone", str(entity and entity.id), changes))


def _told(zone: Zone | None) -> dict[str, object]:
    if zone is None:
        return {}
    places = {name: sorted(getattr(zone, name)) for name in ("countries", "regions", "postal_prefixes")}
    options = {f"option {option.id}": _told_option(option) for option in zone.options}
    return {"title": zone.title, **places, "rest_of_world": zone.rest_of_world, **options}


def _told_option(option: Option) -> str:
    bands = ", ".join(
        f"{band.price}" + (f" up to {band.up_to}" if band.up_to is not None else "") for band in option.bands
    )
    free = f", free from {option.free_from}" if option.free_from is not None else ""
    state = "" if option.active else ", off"
    days = f"{option.estimated_days} days, tax {option.tax_class.value}"
    return f"{option.title}, by {option.price_by.value}: {bands}{free}, {days}{state}"

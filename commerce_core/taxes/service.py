"""The rates of tax, kept by operators. No day ever has two rates of one place and class."""

from datetime import timedelta
from uuid import UUID

from attrs import evolve, fields, frozen

from commerce_core.access.model import Actor, AuditEntry, Changes, Permission
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.page import Page
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.taxes.drafts import NewTaxRate, TaxRateChanges
from commerce_core.taxes.errors import TaxRateNotFound, TaxRateVersionStale
from commerce_core.taxes.eu import eu_rates
from commerce_core.taxes.model import EU_COUNTRIES, TaxRate
from commerce_core.taxes.ports import TaxWork
from commerce_core.taxes.views import EuRatesLoaded, TaxRateQuery, TaxRateReader


@frozen
class TaxService:
    """Which rate counts where, and from when. A change counts from the next total on, in every process."""

    begin: Begin[TaxWork]
    read: TaxRateReader
    new_id: NewId

    def list_rates(self, actor: Actor, query: TaxRateQuery) -> Page[TaxRate]:
        """Rates by country, region and class. Raises `PermissionDenied`."""
        actor.must(Permission.SETTINGS_READ)
        return self.read.rates(query)

    @retried
    def find(self, actor: Actor, tax_rate_id: UUID) -> TaxRate:
        """One rate. Raises `PermissionDenied` or `TaxRateNotFound`."""
        actor.must(Permission.SETTINGS_READ)
        with self.begin() as work:
            return _found(work, tax_rate_id)

    @retried
    def create(self, actor: Actor, new: NewTaxRate) -> TaxRate:
        """One more rate.

        Raises `PermissionDenied`, or `InvalidInput` when a rate of the same place and class counts on one of its days;
        then nothing has changed.
        """
        actor.must(Permission.SETTINGS_WRITE)
        rate = new.of(self.new_id())
        with self.begin() as work:
            work.rule_revision.advance()
            _must_be_alone(work, rate)
            work.tax_rates.write(rate)
            _record(work, actor, None, rate)
        return rate

    @retried
    def begin_rate(self, actor: Actor, new: NewTaxRate) -> TaxRate:
        """A rate that takes over on its first day: the one that counts on that day ends the day before.

        One that began on that very day is corrected instead. Raises what `create` raises, when yet another rate stands
        in the way; then nothing has changed.
        """
        actor.must(Permission.SETTINGS_WRITE)
        rate = new.of(self.new_id())
        with self.begin() as work:
            work.rule_revision.advance()
            others = [other for other in work.tax_rates.of_countries([rate.country]) if other.overlaps(rate)]
            before = next((other for other in others if other.counts_on(rate.valid_from)), None)
            if before is not None and before.valid_from == rate.valid_from:
                return _change(work, actor, before, evolve(rate, id=before.id, version=before.version))
            if before is not None:
                ended = evolve(before, valid_to=rate.valid_from - timedelta(days=1))
                _change(work, actor, before, ended)
            _must_be_alone(work, rate)
            work.tax_rates.write(rate)
            _record(work, actor, None, rate)
        return rate

    @retried
    def change(
        self, actor: Actor, tax_rate_id: UUID, changes: TaxRateChanges, expected_version: int | None = None
    ) -> TaxRate:
        """Correct a rate. Orders keep the one they were placed at.

        Raises `PermissionDenied`, `TaxRateNotFound`, `TaxRateVersionStale`, or `InvalidInput` as `create` does; then
        nothing has changed.
        """
        actor.must(Permission.SETTINGS_WRITE)
        with self.begin() as work:
            work.rule_revision.advance()
            before = _expected(_found(work, tax_rate_id), expected_version)
            return _change(work, actor, before, changes.of(before))

    @retried
    def delete(self, actor: Actor, tax_rate_id: UUID, expected_version: int | None = None) -> None:
        """Take a rate away. What was bought with it keeps it.

        Raises `PermissionDenied`, `TaxRateNotFound` or `TaxRateVersionStale`; then nothing has changed.
        """
        actor.must(Permission.SETTINGS_WRITE)
        with self.begin() as work:
            work.rule_revision.advance()
            rate = _expected(_found(work, tax_rate_id), expected_version)
            work.tax_rates.remove(rate.id)
            _record(work, actor, rate, None)

    @retried
    def load_eu(self, actor: Actor) -> EuRatesLoaded:
        """Add the rates of the European Union where the shop has none; to be checked by whoever runs the shop.

        A rate that the shop has for the same country and class, on whatever day, is left as it is, so loading twice
        changes nothing. Raises `PermissionDenied`.
        """
        actor.must(Permission.SETTINGS_WRITE)
        with self.begin() as work:
            work.rule_revision.advance()
            there = work.tax_rates.of_countries(sorted(EU_COUNTRIES))
            known = {(rate.country, rate.tax_class) for rate in there if rate.region is None}
            table = eu_rates()
            added = [new.of(self.new_id()) for new in table if (new.country, new.tax_class) not in known]
            for rate in added:
                work.tax_rates.write(rate)
                _record(work, actor, None, rate)
        return EuRatesLoaded(len(added), len(table) - len(added))


def _found(work: TaxWork, tax_rate_id: UUID) -> TaxRate:
    rate = work.tax_rates.find(tax_rate_id)
    if rate is None:
        raise TaxRateNotFound(tax_rate_id)
    return rate


def _expected(rate: TaxRate, version: int | None) -> TaxRate:
    if version is not None and version != rate.version:
        raise TaxRateVersionStale(rate.version)
    return rate


def _must_be_alone(work: TaxWork, rate: TaxRate) -> None:
    for other in work.tax_rates.of_countries([rate.country]):
        if other.id != rate.id and other.overlaps(rate):
            until = "on" if other.valid_to is None else f"to {other.valid_to}"
            detail = f"{other.title} counts from {other.valid_from} {until} for the same place and class."
            raise InvalidInput.at("/valid_from", "overlapping-rate", detail)


def _change(work: TaxWork, actor: Actor, before: TaxRate, wanted: TaxRate) -> TaxRate:
    if wanted == before:
        return before
    after = evolve(wanted, version=before.version + 1)
    _must_be_alone(work, after)
    work.tax_rates.write(after)
    _record(work, actor, before, after)
    return after


def _record(work: TaxWork, actor: Actor, before: TaxRate | None, after: TaxRate | None) -> None:
    old, new = _told(before), _told(after)
    changes: Changes = {name: (old.get(name), new.get(name)) for name in old | new if old.get(name) != new.get(name)}
    what = "created" if before is None else "deleted" if after is None else "changed"
    entity = after or before
    work.audit.record(AuditEntry(actor, f"tax_rate.{what}", "tax_rate", str(entity and entity.id), changes))


def _told(rate: TaxRate | None) -> dict[str, object]:
    if rate is None:
        return {}
    names = [attribute.name for attribute in fields(TaxRate) if attribute.name not in {"id", "version"}]
    return {name: None if (value := getattr(rate, name)) is None else str(value) for name in names}

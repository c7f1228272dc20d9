"""The shop's own settings, kept by its staff. Until somebody writes them, the environment of the process speaks."""

from attrs import frozen

from commerce_core.access.model import Actor, AuditEntry, Permission
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.merchant.model import Merchant, MerchantChanges
from commerce_core.merchant.ports import MerchantReader, MerchantWork


@frozen
class MerchantService:
    """Who sells, and how prices are meant."""

    begin: Begin[MerchantWork]
    read: MerchantReader
    of_environment: Merchant

    def show(self, actor: Actor) -> Merchant:
        """The settings that count now. Raises `PermissionDenied`."""
        actor.must(Permission.SETTINGS_READ)
        return self.read.find() or self.of_environment

    def name(self) -> str:
        """What the shop is called at this moment, which is no secret: every mail and every feed tells it."""
        return (self.read.find() or self.of_environment).name

    @retried
    def change(self, actor: Actor, changes: MerchantChanges, expected_version: int | None = None) -> Merchant:
        """Change the settings, for every process at once. The first change writes down what the environment said.

        Raises `PermissionDenied`, `SettingsVersionStale` when they are not at `expected_version`, or `InvalidInput`;
        then nothing has changed.
        """
        actor.must(Permission.SETTINGS_WRITE)
        with self.begin() as work:
            work.rule_revision.advance()
            before = work.merchant.find() or self.of_environment
            before.expect(expected_version)
            after = before.changed(changes)
            if after is before:
                return before
            work.merchant.write(after)
            entry = AuditEntry(actor, "settings.changed", "settings", "settings", after.differences(before))
            work.audit.record(entry)
        return after

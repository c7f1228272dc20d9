"""Refusals about the shop's own settings."""

from attrs import frozen

from commerce_core.kernel.errors import StaleVersion


@frozen
class SettingsVersionStale(StaleVersion):
    """Somebody changed the settings since the caller read them."""

    code = "settings-version-stale"
    detail = "The settings are at version {version} by now."
    version: int

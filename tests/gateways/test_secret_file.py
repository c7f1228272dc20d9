"""Processes of one shop without a configured secret share one."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from commerce_core.gateways.secret_file import with_shared_secret
from commerce_core.settings import Settings
from commerce_core.wiring import open_shop

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


def test_a_configured_secret_stays_and_nothing_is_written(tmp_path: Path) -> None:
    settings = Settings(secret="of somebody's own", data_dir=str(tmp_path))
    assert with_shared_secret(settings) is settings
    assert list(tmp_path.iterdir()) == []


def test_however_many_processes_start_at_once_they_get_the_same_secret(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path / "data"))
    with ThreadPoolExecutor(16) as starting:
        got = {each.secret for each in starting.map(with_shared_secret, [settings] * 64)}
    [secret] = got
    assert len(str(secret)) >= 32
    [file] = (tmp_path / "data").iterdir()
    assert (file.read_text(), file.stat().st_mode & 0o777) == (secret, 0o600)


def test_a_shop_without_a_secret_has_one_of_its_own_and_no_file(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path))
    with open_shop(NOWHERE, settings=settings) as one, open_shop(NOWHERE, settings=settings) as other:
        token = one.secret.sign("order", "1")
        assert one.secret.verifies("order", "1", token)
        assert not other.secret.verifies("order", "1", token)
    assert list(tmp_path.iterdir()) == []

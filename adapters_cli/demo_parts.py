"""What the demo's shop consists of, brought up part by part, each told."""

import csv
import functools
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

import httpx
from attrs import evolve, field, frozen

from adapters_cli.demo_story import Story
from adapters_cli.premises import OPERATOR, data_folder, database, environment
from adapters_cli.processes import API, STRIPE, WORKER, Children, free_port
from commerce_core.access.model import Role
from commerce_core.catalog.drafts import NewCategory
from commerce_core.catalog.queries import StaffProductQuery
from commerce_core.catalog.views import CategoryView
from commerce_core.gateways.local_media import PictureFolder
from commerce_core.postgres.migrate import migrate, status
from commerce_core.settings import PaymentProvider, Settings
from commerce_core.wiring import Commerce, open_shop

_CATALOGUE = Path(__file__).with_name("demo_shop")
_ADMIN = "admin@example.com"
_STRIPE_BESIDE = 4111  # from the port of the API to that of the emulator
_START_TIMEOUT = 30.0  # seconds
_HTTP_TIMEOUT = 10.0
_WEBHOOK_SECRET = "whsec_emulator"  # noqa: S105 - of an emulator that only this machine reaches


@frozen
class Admin:
    """Who may log in; the password only in the run that made it."""

    email: str
    password: str | None = field(default=None, repr=False)


@frozen
class Parts:
    """The shop, up."""

    shop: Commerce
    admin: Admin
    api: httpx.Client
    bank: httpx.Client | None

    @property
    def address(self) -> str:
        """Where the API answers."""
        return str(self.api.base_url).rstrip("/")


def start(stack: ExitStack, story: Story, configured: Settings, port: int) -> tuple[Parts, Children]:
    """Bring everything up; `stack` takes it down again. Raises `StepFailedError`."""
    folder = data_folder(configured)
    settings = _database(stack, story, evolve(configured, data_dir=str(folder)))
    children = Children(folder)
    if ended := children.end_orphans():
        story.say(f"ended {ended} processes that a killed run left behind", orphans_ended=ended)
    stack.callback(children.stop)
    settings, bank = _stripe_account(evolve(settings, port=_port(story, port)))
    address = f"http://127.0.0.1:{settings.port}"
    shop = stack.enter_context(open_shop(settings=settings))
    api = stack.enter_context(httpx.Client(base_url=address, timeout=_HTTP_TIMEOUT))
    client = stack.enter_context(httpx.Client(base_url=bank, timeout=_HTTP_TIMEOUT)) if bank else None

    _migrations(story, settings)
    if bank:
        webhooks = ("--webhook-url", f"{address}/v1/webhooks/stripe", "--webhook-secret", _WEBHOOK_SECRET)
        state = ("--port", bank.rpartition(":")[2], "--state", str(folder / "stripe.json"))
        children.start("stripe", (*STRIPE, *state, *webhooks), environment(settings))
    children.start("api", API, environment(settings) | _stripe_variables(settings))
    children.start("worker", WORKER, environment(settings) | _stripe_variables(settings))
    admin = _admin(story, shop)
    _rules(story, shop)
    _catalogue(story, shop, folder)
    _answers(story, children, settings, api, client)
    return Parts(shop, admin, api, client), children


def _database(stack: ExitStack, story: Story, settings: Settings) -> Settings:
    with story.step("postgres", "PostgreSQL") as step:
        found = stack.enter_context(database(settings))
        with open_shop(settings=found) as shop, shop.database.read() as session:
            version = session.connection.info.parameter_status("server_version") or ""
        where = "at DATABASE_URL" if settings.database_url else f"embedded, durable, in {settings.data_dir}"
        step.told(f"{version}, {where}", version=version, embedded=not settings.database_url)
    return found


def _stripe_account(settings: Settings) -> tuple[Settings, str | None]:
    """The configured account; without one that of our emulator, and where it will listen."""
    if settings.stripe_secret_key:
        return settings, None
    beside = _STRIPE_BESIDE if settings.port < 60_000 else -_STRIPE_BESIDE
    address = f"http://127.0.0.1:{free_port(settings.port + beside)}"
    emulated = evolve(
        settings,
        payment_provider=PaymentProvider.STRIPE,
        stripe_secret_key="sk_test_emulator",  # noqa: S106 - opens nothing but the emulator
        stripe_publishable_key="pk_test_emulator",
        stripe_webhook_secret=_WEBHOOK_SECRET,
        stripe_api_base=address,
    )
    return emulated, address


def _stripe_variables(settings: Settings) -> dict[str, str]:
    given = {
        "PORT": str(settings.port),
        "PAYMENT_PROVIDER": settings.payment_provider,
        "STRIPE_SECRET_KEY": settings.stripe_secret_key,
        "STRIPE_PUBLISHABLE_KEY": settings.stripe_publishable_key,
        "STRIPE_WEBHOOK_SECRET": settings.stripe_webhook_secret,
        "STRIPE_API_BASE": settings.stripe_api_base,
    }
    return {name: value for name, value in given.items() if value}


def _port(story: Story, wanted: int) -> int:
    port = free_port(wanted)
    if port != wanted:
        story.say(f"port {wanted} is in use, so this is {port}", port_in_use=wanted, port=port)
    return port


def _migrations(story: Story, settings: Settings) -> None:
    with story.step("migrations", "Migrations") as step:
        applied = migrate(str(settings.database_url))
        there = len(status(str(settings.database_url)))
        step.told(f"{len(applied)} applied, {there} in all", applied=len(applied), migrations=there)


def _admin(story: Story, shop: Commerce) -> Admin:
    with story.step("admin", "Administrator") as step:
        created = shop.staff.create_first_admin(_ADMIN)
        if created:
            member, password = created
            step.told(f"{member.email}, password {password} (shown this once)", email=member.email, password=password)
            return Admin(member.email, password)
        administrators = [m for m in shop.staff.list_staff(OPERATOR) if m.role is Role.ADMIN and not m.disabled_at]
        step.told(f"{administrators[0].email}, with the password they have", email=administrators[0].email)
        return Admin(administrators[0].email)


def _rules(story: Story, shop: Commerce) -> None:
    with story.step("rules", "Taxes and shipping") as step:
        loaded = shop.default_rules.load(OPERATOR)
        told = f"{loaded.rates_added} tax rates of the EU, {loaded.zones_added} shipping zones added"
        step.told(told, rates_added=loaded.rates_added, zones_added=loaded.zones_added)


def _catalogue(story: Story, shop: Commerce, folder: Path) -> None:
    """Import the demo catalogue into an empty shop, and go on with an import that a killed run began."""
    unfinished = folder / "catalogue.unfinished"
    with story.step("catalogue", "Catalogue") as step:
        there = shop.catalog.list_products(OPERATOR, StaffProductQuery(per_page=1)).total
        if there and not unfinished.exists():
            step.told(f"{there} products", products=there, imported=0)
            return
        unfinished.touch()
        _categories(shop)
        with (_CATALOGUE / "products.csv").open(encoding="utf-8", newline="") as lines:
            report = shop.imports.import_products(OPERATOR, lines, pictures=PictureFolder(_CATALOGUE))
        unfinished.unlink()
        step.told(
            f"{report.created} products imported, {report.variants} variants, {report.images} pictures",
            products=there + report.created,
            imported=report.created,
        )


def _categories(shop: Commerce) -> None:
    known = dict(_slugs(shop.catalog.categories()))
    with (_CATALOGUE / "categories.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["slug"] not in known:
                new = NewCategory(row["title"], row["slug"], known.get(row["parent"]))
                known[row["slug"]] = shop.categories.create(OPERATOR, new)


def _slugs(tree: Iterable[CategoryView]) -> Iterable[tuple[str, UUID]]:
    for category in tree:
        yield category.slug, category.id
        yield from _slugs(category.children)


def _answers(
    story: Story, children: Children, settings: Settings, api: httpx.Client, bank: httpx.Client | None
) -> None:
    if bank:
        with story.step("stripe", "Stripe emulator") as step:
            children.wait_for(
                functools.partial(_ok, bank, "/_control"), within=_START_TIMEOUT, otherwise="it did not answer"
            )
            step.told(str(bank.base_url).rstrip("/"), url=str(bank.base_url).rstrip("/"))
    with story.step("api", "API") as step:
        children.wait_for(
            functools.partial(_ok, api, "/health/ready"), within=_START_TIMEOUT, otherwise="it was not ready"
        )
        step.told(
            f"{api.base_url}, gunicorn with {settings.processes} x {settings.threads}".replace("/,", ","),
            url=str(api.base_url).rstrip("/"),
        )
    with story.step("worker", "Worker") as step:
        children.wait_for(
            lambda: children.said("worker", "worker started"), within=_START_TIMEOUT, otherwise="it did not start"
        )
        step.told("for events, mail and the clock")


def _ok(client: httpx.Client, path: str) -> bool:
    try:
        return client.get(path, timeout=2.0).status_code == 200
    except httpx.TransportError:
        return False

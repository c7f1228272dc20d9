"""Having an account: asking for one, logging in and out, another password."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

import falcon
from attrs import field, frozen

from adapters_http.endpoint import bearer
from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, operation
from adapters_http.policies import Policy
from commerce_core.access.errors import LoginLocked
from commerce_core.access.model import Actor, Origin
from commerce_core.customers.accounts import AccountService
from commerce_core.customers.credentials import CredentialService
from commerce_core.customers.errors import CustomerEmailTaken, ProofInvalid
from commerce_core.customers.model import LONGEST_NAME, NewAccount
from commerce_core.customers.views import AccountSession
from commerce_core.emails.model import Locale
from commerce_core.kernel.errors import Busy
from commerce_core.staff.errors import InvalidCredentials
from commerce_core.staff.model import LONGEST_PASSWORD

_Password = Annotated[str, Limits(most=LONGEST_PASSWORD)]
_GUESSED = (InvalidCredentials, LoginLocked, Busy)


@frozen
class Languages:
    """What the visitor reads."""

    accept_language: str | None = None


@frozen
class Register:
    """Who wants an account. `marketing`: whether the box was ticked that is not ticked by itself."""

    example: ClassVar[dict[str, Any]] = {
        "email": "camille@example.com", "password": "correct horse battery", "name": "Camille Durand",
    }  # fmt: skip
    email: str
    password: _Password = field(repr=False)
    name: Annotated[str, Limits(most=LONGEST_NAME)] = ""
    locale: Locale | None = None
    marketing: bool = False


@frozen
class Asked:
    """A mail is on its way, if there is anything to write."""

    email: str


@frozen
class Customers:
    """`/v1/store/customers`."""

    accounts: AccountService

    @operation("Register", answers={202: Asked}, refusals=(Busy,), policy=Policy.RESET)
    def on_post(self, body: Register, headers: Languages) -> Answer:
        """Sends a mail to prove the address; the account begins with `/auth/verify-email`.

        The answer is the same for an address that has an account: its owner is told by mail, and nobody else.
        """
        locale = body.locale or Locale.best(headers.accept_language)
        self.accounts.register(NewAccount(body.email, body.password, body.name, locale, body.marketing))
        return Answer(Asked(body.email), 202)


@frozen
class VerifyEmail:
    """The token of the mail, and the password that was chosen: a token alone would open what others have set up."""

    example: ClassVar[dict[str, Any]] = {"token": "the token behind #token=", "password": "correct horse battery"}
    token: Annotated[str, Limits(most=500)] = field(repr=False)
    password: _Password = field(repr=False)


@frozen
class EmailVerification:
    """`/v1/store/auth/verify-email`."""

    accounts: AccountService

    @operation("Verify an address", answers={200: AccountSession}, refusals=(ProofInvalid, *_GUESSED))
    def on_post(self, body: VerifyEmail, origin: Origin) -> Answer:
        """The account begins, guests' orders of this address are in it, and its owner is logged in."""
        return Answer(self.accounts.verify(body.token, body.password, origin))


@frozen
class LogInCustomer:
    """Who one is, the proof of it, and the cart that was filled before."""

    example: ClassVar[dict[str, Any]] = {"email": "camille@example.com", "password": "correct horse battery"}
    email: str
    password: str = field(repr=False)
    cart_id: UUID | None = None


@frozen
class CustomerLogin:
    """`/v1/store/auth/login`."""

    accounts: AccountService

    @operation("Log in as a customer", answers={200: AccountSession}, refusals=_GUESSED, policy=Policy.LOGIN)
    def on_post(self, body: LogInCustomer, origin: Origin) -> Answer:
        """The token belongs into the `Authorization` header. It is shown once and holds until `expires_at`.

        What is in the cart of `cart_id` is in the customer's own from now on, see `cart`; a cart that cannot be brought
        along is named in `cart_refused` and stays as it was.
        """
        return Answer(self.accounts.log_in(body.email, body.password, origin, body.cart_id))


@frozen
class CustomerLogout:
    """`/v1/store/auth/logout`."""

    accounts: AccountService

    @operation("Log out as a customer", answers={204: None}, access=Access.CUSTOMER)
    def on_post(self, actor: Actor, request: falcon.Request) -> Answer:
        """From now on the token opens nothing. Other sessions of the same person go on."""
        self.accounts.log_out(actor, bearer(request) or "")
        return Answer.nothing()


@frozen
class CustomerRefresh:
    """`/v1/store/auth/refresh`."""

    accounts: AccountService

    @operation("Refresh a session", answers={200: AccountSession}, access=Access.CUSTOMER)
    def on_post(self, actor: Actor, request: falcon.Request) -> Answer:
        """Another token for the same session; the one that was sent opens nothing from now on."""
        return Answer(self.accounts.refresh(actor, bearer(request) or ""))


@frozen
class AskReset:
    """Whose password."""

    example: ClassVar[dict[str, Any]] = {"email": "camille@example.com"}
    email: str


@frozen
class PasswordResets:
    """`/v1/store/auth/password-reset`."""

    credentials: CredentialService

    @operation("Ask for another password", answers={202: Asked}, policy=Policy.RESET)
    def on_post(self, body: AskReset, headers: Languages) -> Answer:
        """Sends a mail, if the address has an account; the answer is the same if it has none."""
        self.credentials.ask_reset(body.email, Locale.best(headers.accept_language))
        return Answer(Asked(body.email), 202)


@frozen
class ResetPassword:
    """The token of the mail, and the new password."""

    example: ClassVar[dict[str, Any]] = {"token": "the token behind #token=", "password": "staple battery horse"}
    token: Annotated[str, Limits(most=500)] = field(repr=False)
    password: _Password = field(repr=False)


@frozen
class PasswordResetConfirmation:
    """`/v1/store/auth/password-reset/confirm`."""

    credentials: CredentialService

    @operation("Set another password", answers={204: None}, refusals=(ProofInvalid, Busy))
    def on_post(self, body: ResetPassword, origin: Origin) -> Answer:
        """Every session ends; log in with the new password."""
        self.credentials.reset(body.token, body.password, origin)
        return Answer.nothing()


@frozen
class ChangePassword:
    """The password until now, and the new one."""

    example: ClassVar[dict[str, Any]] = {"current": "correct horse battery", "new": "staple battery horse"}
    current: str = field(repr=False)
    new: _Password = field(repr=False)


@frozen
class MyPassword:
    """`/v1/store/me/password`."""

    credentials: CredentialService

    @operation(
        "Change one's password",
        answers={200: AccountSession},
        refusals=_GUESSED,
        access=Access.CUSTOMER,
        policy=Policy.LOGIN,
    )
    def on_post(self, actor: Actor, body: ChangePassword, origin: Origin) -> Answer:
        """Every session ends, also this one; the answer is a new one."""
        return Answer(self.credentials.change_password(actor, body.current, body.new, origin))


@frozen
class ChangeEmail:
    """The new address, and the password, because an address is the way to another one."""

    example: ClassVar[dict[str, Any]] = {"email": "camille@example.org", "password": "correct horse battery"}
    email: str
    password: str = field(repr=False)


@frozen
class MyEmail:
    """`/v1/store/me/email`."""

    credentials: CredentialService

    @operation(
        "Change one's address",
        answers={202: Asked},
        refusals=_GUESSED,
        access=Access.CUSTOMER,
        policy=Policy.RESET,
    )
    def on_post(self, actor: Actor, body: ChangeEmail, origin: Origin) -> Answer:
        """Sends a mail to both ends; nothing changes before both have agreed."""
        self.credentials.ask_email_change(actor, body.email, body.password, origin)
        return Answer(Asked(body.email), 202)


@frozen
class ConfirmEmailChange:
    """The token of either mail."""

    example: ClassVar[dict[str, Any]] = {"token": "the token behind #token="}
    token: Annotated[str, Limits(most=500)] = field(repr=False)


@frozen
class EmailChanged:
    """`done`: both ends have agreed, and the account has moved. Otherwise the other end is still asked."""

    done: bool


@frozen
class EmailChangeConfirmation:
    """`/v1/store/auth/change-email/confirm`."""

    credentials: CredentialService

    @operation("Agree to another address", answers={200: EmailChanged}, refusals=(ProofInvalid, CustomerEmailTaken))
    def on_post(self, body: ConfirmEmailChange) -> Answer:
        """One end agrees. With the second every session ends."""
        return Answer(EmailChanged(self.credentials.confirm_email_change(body.token)))

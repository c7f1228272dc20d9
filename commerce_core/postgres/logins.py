"""Guesses at passwords in PostgreSQL."""

from attrs import frozen

from commerce_core.access.logins import Guess, LockoutPolicy
from commerce_core.postgres.database import Session


@frozen
class PostgresGuesses:
    """The guesses of the last minutes, within the transaction of the session."""

    session: Session

    def add(self, account: bytes, client: bytes, policy: LockoutPolicy) -> Guess | None:
        """Count one more, or None when there are too many already."""
        self.session.send("logins.wait_for_turn", turn=client)
        self.session.send("logins.wait_for_turn", turn=account)
        now = self.session.now
        row = self.session.row(
            "logins.guess",
            account=account,
            client=client,
            at=now,
            since=now - policy.window,
            known_since=now - policy.known_for,
            of_pair=policy.of_pair,
            of_account=policy.of_account,
            of_client=policy.of_client,
        )
        return Guess(account, client) if row else None

    def was_right(self, guess: Guess) -> None:
        """Forget this client's guesses at this account, and remember the client."""
        self.session.send("logins.forgive", account=guess.account, client=guess.client)
        self.session.send("logins.remember_client", account=guess.account, client=guess.client, at=self.session.now)

    def forget_account(self, account: bytes) -> None:
        """Forget every guess at this account, and every client that it knows."""
        self.session.send("logins.forget_guesses_at", account=account)
        self.session.send("logins.forget_clients_of", account=account)

    def forget(self, policy: LockoutPolicy) -> int:
        """Forget guesses and clients whose time is over."""
        now = self.session.now
        guesses = self.session.rows("logins.forget_guesses", before=now - policy.window)
        return len(guesses) + len(self.session.rows("logins.forget_clients", before=now - policy.known_for))

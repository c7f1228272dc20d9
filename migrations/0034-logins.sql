-- Guesses at passwords, and clients that got one right. Accounts and clients are hashes.

CREATE TABLE login_guesses (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account bytea NOT NULL,
  client bytea NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX login_guesses_account ON login_guesses (account, at);
CREATE INDEX login_guesses_client ON login_guesses (client, at);
CREATE INDEX login_guesses_age ON login_guesses (at);

CREATE TABLE login_clients (
  account bytea NOT NULL,
  client bytea NOT NULL,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (account, client)
);
CREATE INDEX login_clients_age ON login_clients (seen_at);

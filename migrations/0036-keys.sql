-- Keys for programs. Rows stay when a key is revoked: the audit log and orders refer to them.

CREATE TABLE api_keys (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  prefix text NOT NULL,
  token_hash bytea NOT NULL,
  scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
  owner_id uuid REFERENCES users,
  parent_id uuid REFERENCES api_keys,
  made_by text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz CHECK (expires_at > created_at),
  last_used_at timestamptz,
  revoked_at timestamptz,
  CONSTRAINT api_keys_token_hash UNIQUE (token_hash)
);
CREATE INDEX api_keys_owner ON api_keys (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX api_keys_parent ON api_keys (parent_id) WHERE parent_id IS NOT NULL;

-- How people come to the staff, come back to it, and see where they are logged in.

ALTER TABLE users ADD COLUMN locale text NOT NULL DEFAULT 'en' CHECK (locale IN ('fr', 'en'));

ALTER TABLE staff_sessions
  ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid(),
  ADD COLUMN address text,
  ADD CONSTRAINT staff_sessions_id UNIQUE (id);

-- Those that are open: one that was accepted or withdrawn is gone, and the audit log knows. The token of the last mail
-- opens it, so `mails` is a part of what is signed.
CREATE TABLE staff_invitations (
  id uuid PRIMARY KEY,
  email text NOT NULL,
  email_key text NOT NULL,
  name text NOT NULL,
  role text NOT NULL CHECK (role IN ('ADMIN', 'MANAGER', 'SUPPORT')),
  locale text NOT NULL CHECK (locale IN ('fr', 'en')),
  invited_by uuid,
  invited_by_name text NOT NULL,
  mails integer NOT NULL DEFAULT 1 CHECK (mails > 0),
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  CONSTRAINT staff_invitations_email_key UNIQUE (email_key)
);
CREATE INDEX staff_invitations_inviter ON staff_invitations (invited_by) WHERE invited_by IS NOT NULL;

-- Asked for, by whoever typed the address, known here or not.
CREATE TABLE staff_resets (
  id uuid PRIMARY KEY,
  email_key text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX staff_resets_address ON staff_resets (email_key, created_at);
CREATE INDEX staff_resets_age ON staff_resets (expires_at);

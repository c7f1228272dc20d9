-- The audit log can be proved: every row is sealed into a chain of hashes, and only retention takes rows away, from the
-- beginning of the chain and under an anchor that stays.

-- The chain. `position` counts without gaps, `log_id` does not: transactions commit in another order than they draw ids.
CREATE TABLE audit_seals (
  position bigint PRIMARY KEY CHECK (position > 0),
  log_id bigint NOT NULL UNIQUE,
  hash bytea NOT NULL CHECK (length(hash) = 32),
  sealed_at timestamptz NOT NULL
);

-- What waits to be sealed. A row appears here with the commit that wrote it, however late that is.
CREATE TABLE audit_unsealed (log_id bigint PRIMARY KEY);

-- Where the chain begins after old rows were taken away: the hash of the last one that went.
CREATE TABLE audit_anchors (
  position bigint PRIMARY KEY CHECK (position > 0),
  hash bytea NOT NULL CHECK (length(hash) = 32),
  pruned_at timestamptz NOT NULL
);

CREATE FUNCTION audit_logs_await_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_unsealed (log_id) SELECT id FROM written;
  RETURN NULL;
END
$$;

CREATE FUNCTION audit_last_anchor() RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce(max(position), 0) FROM audit_anchors
$$;

CREATE FUNCTION audit_logs_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM gone LEFT JOIN audit_seals s ON s.log_id = gone.id
    WHERE s.position IS NULL OR s.position > audit_last_anchor()
  ) THEN
    RAISE EXCEPTION 'audit_logs is append-only above its anchor' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION audit_seals_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM gone WHERE gone.position > audit_last_anchor()) THEN
    RAISE EXCEPTION 'audit_seals is append-only above its anchor' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END
$$;

-- An anchor is the copy of a seal, further on than any before.
CREATE FUNCTION audit_anchors_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.position <= audit_last_anchor()
    OR NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.position = NEW.position AND s.hash = NEW.hash)
  THEN
    RAISE EXCEPTION 'an anchor is a seal of the chain' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

INSERT INTO audit_unsealed (log_id) SELECT id FROM audit_logs;

DROP TRIGGER audit_logs_append_only ON audit_logs;
CREATE TRIGGER audit_logs_append_only BEFORE UPDATE OR TRUNCATE ON audit_logs
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR TRUNCATE ON audit_seals
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_anchors_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_anchors
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_logs_keep AFTER DELETE ON audit_logs REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION audit_logs_keep();
CREATE TRIGGER audit_seals_keep AFTER DELETE ON audit_seals REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION audit_seals_keep();
CREATE TRIGGER audit_anchors_check BEFORE INSERT ON audit_anchors
  FOR EACH ROW EXECUTE FUNCTION audit_anchors_check();
CREATE TRIGGER audit_logs_await_seal AFTER INSERT ON audit_logs REFERENCING NEW TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION audit_logs_await_seal();

-- Also for a session that calls itself a replica, which skips ordinary triggers.
ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER audit_logs_append_only, ENABLE ALWAYS TRIGGER audit_logs_keep;
ALTER TABLE audit_seals ENABLE ALWAYS TRIGGER audit_seals_append_only, ENABLE ALWAYS TRIGGER audit_seals_keep;
ALTER TABLE audit_anchors ENABLE ALWAYS TRIGGER audit_anchors_append_only, ENABLE ALWAYS TRIGGER audit_anchors_check;

-- Each question an auditor begins with, the latest answer first.
DROP INDEX audit_logs_entity;
CREATE INDEX audit_logs_entity ON audit_logs (entity_type, entity_id, at, id);
CREATE INDEX audit_logs_at ON audit_logs (at, id);
CREATE INDEX audit_logs_actor ON audit_logs (actor_id, at, id) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_logs_action ON audit_logs (action, at, id);
CREATE INDEX audit_logs_request ON audit_logs (request_id, at, id) WHERE request_id IS NOT NULL;

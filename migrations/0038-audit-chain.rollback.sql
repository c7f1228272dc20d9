DROP INDEX audit_logs_request, audit_logs_action, audit_logs_actor, audit_logs_at, audit_logs_entity;
CREATE INDEX audit_logs_entity ON audit_logs (entity_type, entity_id, id);
DROP TRIGGER audit_logs_await_seal ON audit_logs;
DROP TRIGGER audit_logs_keep ON audit_logs;
DROP TRIGGER audit_logs_append_only ON audit_logs;
CREATE TRIGGER audit_logs_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_logs
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DROP TABLE audit_anchors, audit_unsealed, audit_seals;
DROP FUNCTION audit_anchors_check(), audit_seals_keep(), audit_logs_keep(), audit_last_anchor(), audit_logs_await_seal();

-- name: record
INSERT INTO audit_logs (actor_kind, actor_id, actor_name, action, entity_type, entity_id, changes, request_id, address)
VALUES (%(actor_kind)s, %(actor_id)s, %(actor_name)s, %(action)s, %(entity_type)s, %(entity_id)s, %(changes)s, %(request_id)s, %(address)s)

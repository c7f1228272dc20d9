-- A mark that is lost lets a request whose answer was lost run again when its key is sent again.

DROP FUNCTION mark_idempotency_effect(text, text, uuid);
ALTER TABLE idempotency_keys DROP COLUMN effect_at;

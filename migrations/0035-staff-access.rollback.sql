-- Open invitations and links to another password are lost; everybody stays on the staff.

DROP TABLE staff_resets;
DROP TABLE staff_invitations;
ALTER TABLE staff_sessions DROP COLUMN id, DROP COLUMN address;
ALTER TABLE users DROP COLUMN locale;

"""What has happened here: events written by the transaction that caused them, handled later, never lost."""

"""Mail: queued by the transaction that causes it, sent by the worker alone, once."""

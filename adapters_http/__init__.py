"""The shop over HTTP: decode, one call into the core, encode."""

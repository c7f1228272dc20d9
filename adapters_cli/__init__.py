"""The command line: `commerce`, one group per feature."""

"""Imports: whole shops from a file, each product all or nothing."""

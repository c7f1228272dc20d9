"""Words every feature shares. Imports nothing else of ours."""

"""The driven adapter to PostgreSQL: the only place that imports psycopg."""

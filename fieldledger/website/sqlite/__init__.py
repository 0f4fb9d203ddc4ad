"""Django's SQLite backend, without its limit for SQLite of before 2020."""

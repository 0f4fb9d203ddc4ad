"""The backend's entry, where Django looks for it."""

from django.db.backends.sqlite3 import base, features


class DatabaseFeatures(features.DatabaseFeatures):
    """Django assumes at most 999 values a statement, which cuts a bulk into many statements."""

    max_query_params = 32766  # SQLITE_MAX_VARIABLE_NUMBER since SQLite 3.32 (sqlite.org/limits).


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to SQLite."""

    features_class = DatabaseFeatures

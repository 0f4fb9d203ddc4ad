"""Telling other programs what happened: Standard Webhooks, kept in the database until delivered."""

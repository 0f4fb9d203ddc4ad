"""The API's addresses, a module for each part; each function translates and calls a service."""

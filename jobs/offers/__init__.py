"""Typesetting offers."""

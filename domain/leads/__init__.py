"""Requests from outside that are not deals yet, with the consent they came with."""

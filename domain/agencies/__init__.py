"""Agencies and their people: clients fixed to them, bookings they ask for."""

"""Taking over what a CommerceML file says: units, their prices, the service catalogue."""

"""Files for listing portals: what each wants, what it refuses, and how it is written."""

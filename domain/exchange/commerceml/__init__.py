"""CommerceML as 1C writes it: a file in, plain records out. No database here."""

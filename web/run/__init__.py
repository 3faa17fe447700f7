"""How the system is started and kept running: servers, migration, processes."""

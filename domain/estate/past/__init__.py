"""The time machine: what units were and who held them, on any past day and between two days."""

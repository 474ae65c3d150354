"""The facade: the register, its sessions and one file per use case."""

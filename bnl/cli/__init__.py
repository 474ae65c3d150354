"""The command-line door: parse, call the register, show."""

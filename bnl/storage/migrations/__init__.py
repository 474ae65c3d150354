"""Scripts that bring a database from one revision to the next."""

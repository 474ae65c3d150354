"""The only SQL: tables, row and noun mapping, repositories, unit of work and migrations."""

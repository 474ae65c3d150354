"""Agency files in and out: mapping profiles, readers, writers and quarantine."""

"""The browser door: the review workbench and reports."""

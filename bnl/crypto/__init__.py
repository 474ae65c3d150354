"""Primitives: the keyring, authenticated encryption, signing and keyed hashes."""

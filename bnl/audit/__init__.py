"""The Merkle log: entries, proofs, checkpoints, witnesses and the verifier."""

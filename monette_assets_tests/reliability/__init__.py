"""Proof that nothing is ever lost: real runs, hurt on purpose from a seed, and what must be true afterwards."""

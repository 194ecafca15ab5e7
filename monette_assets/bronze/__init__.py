"""What the sources said, verbatim, append-only. Nothing is parsed away."""

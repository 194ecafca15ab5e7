"""Spans, measures and structured logs."""

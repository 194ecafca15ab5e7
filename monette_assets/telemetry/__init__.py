"""What is told of the platform at work: spans and measures by OpenTelemetry, and what a line of a log is about."""

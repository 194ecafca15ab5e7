"""Event Hubs, or any broker that speaks Kafka: who may read it, and what it has."""

"""A fictional farm group that keeps real books, and stand-ins for the outside systems, over real HTTP on loopback."""

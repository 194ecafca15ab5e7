"""What the `monette` command does, one module a command. Modules import what is heavy only inside their functions."""

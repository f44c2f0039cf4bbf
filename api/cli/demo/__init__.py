"""The demonstration: synthetic subjects walk through a running service."""

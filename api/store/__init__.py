"""The store: events with their columns, the log over them, answers kept for replays, lists, identities."""

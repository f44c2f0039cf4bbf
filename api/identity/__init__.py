"""Who calls: actors, their bearer tokens, and what their role may do."""

"""One request, once through: load the history, let the engine decide, append, respond."""

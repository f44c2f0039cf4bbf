"""The shell around the engine: HTTP, storage, identity and the command line."""

"""Every deliberate error of the engine: facts as fields, one sentence, the way out. No HTTP here."""


class EngineError(Exception):
    """Base of every error the engine raises on purpose."""

"""What may be done with a subject: a command is checked, and becomes events or is refused."""

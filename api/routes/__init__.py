"""The HTTP edge: parse to a frozen command, hand it on, answer; nothing is decided here."""

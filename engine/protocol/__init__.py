"""The vocabulary of a trial, read from files, checked before a subject meets it."""

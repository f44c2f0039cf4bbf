"""What has happened to one subject, and the state that follows from it."""

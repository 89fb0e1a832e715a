"""What the page decides. Pure."""

"""What the hub's journal shows about a month, pure."""

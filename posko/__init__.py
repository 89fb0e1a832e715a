"""The command post: the hub, and the tools of those who operate it."""

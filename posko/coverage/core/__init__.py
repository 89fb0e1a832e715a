"""How far posts reach, pure."""

"""The map of what is heard where: how far posts reach, and how the map is drawn."""

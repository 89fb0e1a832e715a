"""The district's memory: what the hub's journal tells afterwards."""

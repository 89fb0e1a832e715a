"""The line between a village's own broker and the district's: a program of its own, so that neither waits for it."""

"""The pure part: what is to be reported to whom, and when a target is tried again."""

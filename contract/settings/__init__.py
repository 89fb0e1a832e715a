"""Settings files: a strict YAML reader, and the checks that report every fault at once."""

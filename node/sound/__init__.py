"""The loudspeaker: a process of its own, the supervisor that keeps it alive, and the speech files."""

"""The pure base of both cores: events, effects, the transition that a step builds, rate limits."""

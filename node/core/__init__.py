"""What a node decides, pure: step(state, event, now) -> (state, effects). Start reading at step.py."""

"""The doctor's judgement: facts -> findings. Pure."""

"""The pure part of the sound: which cycle is given to the device when, and its frames."""

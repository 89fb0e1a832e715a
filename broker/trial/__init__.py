"""A broker tried out before anything depends on it: a throw-away Mosquitto, and what it must answer."""

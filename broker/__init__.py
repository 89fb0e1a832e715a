"""Mosquitto: how it is started, configured and kept apart."""

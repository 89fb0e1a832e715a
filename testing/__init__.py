"""Shipped for tests, benchmarks and the demo: a box with simulated pins, a private broker, processes of ours."""

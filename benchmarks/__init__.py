"""The numbers, each reproduced by one command. Timings are measured here, never asserted in a test."""

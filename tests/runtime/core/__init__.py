"""Tests of the base that both cores share."""

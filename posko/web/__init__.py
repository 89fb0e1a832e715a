"""The page: residents press, responders answer, operators see and order, over HTTP.

Its one way to ring is the broker.
"""

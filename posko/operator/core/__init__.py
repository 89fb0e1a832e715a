"""What the operator's commands conclude from the district's messages, pure."""

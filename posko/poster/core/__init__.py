"""What the page beside a box says, pure."""

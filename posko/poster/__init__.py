"""The page that hangs beside a box: what it says, and how it is drawn."""

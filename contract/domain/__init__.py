"""What the district is: villages and posts, incidents, rhythms, what is spoken."""

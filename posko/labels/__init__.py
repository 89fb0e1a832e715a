"""What the posko's programs show to people, in Bahasa Indonesia or in English."""

"""What every loop here is made of: the clock, the inbox, the link, the disk. Knows no alarm."""

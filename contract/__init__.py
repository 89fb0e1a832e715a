"""What every part of Kentongan Digital agrees on: pure values, no files, no clock, no network."""

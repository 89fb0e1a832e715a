"""The one command, `kentongan`. Each subcommand lives with the room whose job it is."""

"""The one command, kentongan: a file for each group of subcommands, and the only home of click."""

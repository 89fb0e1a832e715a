"""`./install`: a bundle becomes a running post, posko or village's broker. Python's standard library only."""

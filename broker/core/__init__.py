"""What an installation of the broker holds, computed from the district file and the accounts, pure."""

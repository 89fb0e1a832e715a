"""Messages outward: Telegram, e-mail, SMS, ntfy … in a process of its own, which may end without the hub noticing."""

"""What strangers send to break the service, or to make it work hard: each is refused, cheaply."""

"""The plugin host: loads notifier plugins, isolates them from each other, renders letters and sends them by channel."""

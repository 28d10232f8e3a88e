"""The plugin host: finds the channels, keeps them apart, renders letters and hands them over one by one."""

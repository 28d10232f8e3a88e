"""Personal data (R23): erase a person, export a person's data, delete what is past its retention period."""

"""Door 2: the workers. The database is the queue; Dramatiq brings ids to hands and hurries.

`sweeper` looks for what is due and hands it to the broker, `actors` are what the broker calls, `crew` does the work on
the loop of its process. `embedded` puts all of it into the server's own process, `start` is what Dramatiq's command
line imports.
"""

"""The workers: they record the calendar's steps and send deliveries. The database is the queue; Dramatiq only carries
ids.

`sweeper` looks for what is due and sends it to the broker, `actors` are what the broker calls, and `delivery_pool` does
the work on the event loop of its process. `embedded` runs all of it in the server's own process; `start` is the module
that Dramatiq's command line imports, and `process` what runs in each of its processes.
"""

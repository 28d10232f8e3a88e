"""The fault suite: real processes over real servers, killed, stopped and cut off at random while deeds are done.

`python -m tests.faults --help` says how to run it. `life` does the deeds, `hands` move the clock, `mischief` does the
harm, `household` keeps the processes running, `receiver` takes the letters. In the end `verdict` reads the database
and the receiver's log by means of its own (`almanac` is the calendar once more, written from the rules alone) and says
what was lost or done twice.
"""

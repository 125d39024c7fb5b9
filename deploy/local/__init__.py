"""`make run`: the whole shop on one machine, its processes under supervisor."""

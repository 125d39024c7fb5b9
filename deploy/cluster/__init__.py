"""`python -m deploy.cluster`: the shop as it runs on several machines, on one, each process on a port of its own."""

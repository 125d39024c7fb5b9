"""Products from a file and into a file: read, compared with what is there, looked at, applied by a job."""

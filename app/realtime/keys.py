"""The names in Redis that the shop's processes and the socket processes share."""

EPOCH_KEY = "rt:epoch"
REVOCATIONS_KEY = "rt:revocations"
# A sorted set of the ids of all socket processes, by the Unix time at which their last report ends. The report itself
# is a hash that Redis ends, so that clocks that differ do no harm.
PROCESSES_KEY = "rt:live"
REPORT_PREFIX = "rt:live:"

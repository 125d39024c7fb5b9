"""Redis shows what SQL decided: find what differs, and publish it again.

A database restored from a backup is behind what Redis showed last; then Redis forgets, and every page reads again.
"""

from app.core import metrics
from app.realtime import snapshots
from app.realtime.publish import forget, publish_all, published_versions

BATCH = 200


def bring_up_to_date(wanted: dict[str, int]) -> int:
    """Publish every channel whose version in Redis is not the one given here. Returns how many."""
    shown = published_versions(list(wanted))
    if ahead := [channel for channel, version in wanted.items() if shown.get(channel, -1) > version]:
        forget(ahead)
        shown = {channel: version for channel, version in shown.items() if channel not in set(ahead)}
    stale = [channel for channel, version in wanted.items() if shown.get(channel) != version]
    for start in range(0, len(stale), BATCH):
        publish_all(snapshots.read(stale[start : start + BATCH]))
    if stale:
        metrics.count("redis_drift", len(stale))
    return len(stale)

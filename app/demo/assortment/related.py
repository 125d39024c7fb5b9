"""What goes well together: people who set one of these out tend to want the others."""

_TOGETHER: tuple[tuple[str, ...], ...] = (
    ("quay-mug", "moor-bowl", "strand-plate", "dairy-creamer", "byre-butter-dish", "tern-espresso"),
    ("fen-pasta-bowl", "pier-tumbler", "weir-carafe", "cove-bowls", "causeway-platter", "salter-cellar"),
    ("beacon-teapot", "granary-jar", "mill-jug", "staithe-pitcher", "quay-mug", "hearth-candle"),
    ("harbour-vase", "reed-bud-vase", "tide-moon-jar", "lantern-lamp", "furrow-vase"),
    ("spire-bottle", "gannet-gourd", "jetty-cylinder", "mast-candle-holder", "clarion-vase"),
    ("kelda-amphora", "tarn-ikebana", "flint-vase", "girdle-vase", "haar-incense-dish"),
    ("lantern-lamp", "pharos-lamp", "selkie-globe", "ember-lantern", "tide-moon-jar"),
    ("buoy-pendant", "chapel-pendant", "wick-sconce", "strand-plate", "lantern-lamp"),
    ("dune-planter", "cricket-pot", "sentry-planter", "rill-watering-can", "orchard-tree-pot"),
    ("saltmarsh-planter", "scullery-herb-pot", "gull-hanging-pot", "rill-watering-can", "cricket-pot"),
    ("skerry-candle-holder", "mast-candle-holder", "plover-tea-light", "storm-candle", "ember-lantern"),
    ("hearth-candle", "bothy-oil-burner", "sedge-diffuser", "haar-incense-dish", "plover-tea-light"),
    ("quay-mug-second", "moor-bowl-second", "strand-plate-second", "mill-jug-second", "test-product"),
    ("tide-moon-jar-second", "clarion-vase-second", "mill-jug-second", "moor-bowl-second", "quay-mug-second"),
)
_COUNT = 4


def _related() -> dict[str, tuple[str, ...]]:
    related: dict[str, tuple[str, ...]] = {}
    for group in _TOGETHER:
        for i, slug in enumerate(group):
            related.setdefault(slug, (group[i + 1 :] + group[:i])[:_COUNT])
    return related


RELATED: dict[str, tuple[str, ...]] = _related()

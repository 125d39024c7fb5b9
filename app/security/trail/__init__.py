"""The audit's entries as one chain: placing, proving, anchoring, showing and handing them out."""

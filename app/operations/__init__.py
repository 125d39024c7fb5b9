"""Pages and answers that look across all packages; no models."""

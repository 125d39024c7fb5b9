"""The socket process: it knows channels and tokens, never a feature, and imports neither SQL nor forms."""

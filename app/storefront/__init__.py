"""The pages that shoppers see, composed from the packages below; no models."""

"""What agents see: their list, one conversation, who the shopper is, and what helps to answer."""

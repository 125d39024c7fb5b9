"""Notifications: what somebody is told, in the page, by push and by mail, and what they chose to be told."""

"""Who works here, and which programs may: what only admins see and change."""

"""Who answers: agents, the queue, and how a conversation goes from one to the other."""

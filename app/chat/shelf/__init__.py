"""What ties a conversation to the stock: living cards, units kept for a shopper, answers that were overtaken."""

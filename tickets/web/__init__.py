"""What the pages of customers and of agents share: forms, refusals, how a POST is answered."""

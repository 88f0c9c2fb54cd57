"""What is read of customers: their timeline, figures, who may be the same person, who is in a segment."""

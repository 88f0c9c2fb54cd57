"""What is read of records from outside: references in a text, a record for an agent, one for its customer."""

"""The rules' pages: the builder, their versions, and the log of when they fired."""

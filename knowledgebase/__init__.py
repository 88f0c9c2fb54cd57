"""Articles and how they are found: categories, versions, passages, search and the help centre."""

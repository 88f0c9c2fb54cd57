"""What every row of the admin leaves behind: a record of each change, and the pages that show it."""

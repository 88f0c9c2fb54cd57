"""Search over everything that was said: what is indexed of a conversation, and how it is asked for.

`words` takes texts apart, `documents` puts a ticket's words into its row, `indexing` keeps the rows
up to date. `language` reads what somebody typed, by the `operators` there are; `finding` asks for
it, and `excerpts` shows where the words stand.
"""

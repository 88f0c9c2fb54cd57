"""What becomes of a mail that came in: the conversation to which it belongs, and who wrote it.

A mail is a stranger's words with a stranger's signature. So where it says what it belongs to is one
question, who sent it another, and only both answers together let it into a conversation:

1. `places` looks for the conversation that it names: by a signed address, a signed id, a signed
   line, by another mail that it answers, or by a number in its subject.
2. `people` says who sent it, and whether they take part there.
3. `deciding` writes it down by the actions that every channel shares; what does not fit is held for
   agents, and lost is nothing.
"""

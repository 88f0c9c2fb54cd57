"""Systems that are told what happens: what each is to be told, and how it is sent."""

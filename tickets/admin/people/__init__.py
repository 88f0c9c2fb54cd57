"""Who is in the helpdesk: those who log in, customers, and the keys of integrators."""

"""The leads' home: what goes wrong while it still can be helped, of the conversations that they see."""

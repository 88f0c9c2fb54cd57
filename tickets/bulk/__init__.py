"""Acts on many tickets: what each does and how it is taken back, and the work, a slice at a time."""

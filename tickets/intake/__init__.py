"""What comes in, made safe: texts, files, their number, the time zone a browser names."""

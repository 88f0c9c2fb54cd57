"""How this installation writes dates and times, for each language: see `FORMAT_MODULE_PATH`."""

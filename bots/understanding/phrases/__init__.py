"""The example sentences that detectors come with, all written for this project.

One module per detector: POSITIVE should be noticed, NEGATIVE looks like it and should not, and
EXPRESSIONS are words that say it outright. `neutral` holds what customers write about anything else.
"""

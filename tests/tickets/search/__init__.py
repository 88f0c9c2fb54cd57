"""Tests of the search over everything that was said."""

"""Measurements, as medians with the machine's floor beside them: `make bench`. No test reads them."""

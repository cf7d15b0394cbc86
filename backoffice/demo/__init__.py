"""The demo chain: a plausible retailer with a past, made from a seed."""

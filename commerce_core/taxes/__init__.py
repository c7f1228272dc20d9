"""Taxes: rates by country, region and class, from one day to another."""

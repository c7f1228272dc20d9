"""Invoices, credit notes and what cancels those: numbered without a gap and frozen."""

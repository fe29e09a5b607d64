"""Invoices, credit notes and receipts, worked out from the records of a company's money; and the records themselves."""

"""Invoices: drafted from the ledger, frozen when issued, and written as PDF, XLSX, CSV and JSON from one value."""

"""The administration's pages of compliance, one noun a file. Nothing here edits a row: acts call the verbs."""

from compliance.admin import calls, cases, complaints

__all__ = ["calls", "cases", "complaints"]

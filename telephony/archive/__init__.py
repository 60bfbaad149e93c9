"""Recordings after the call: found again, handed out sealed, kept as long as the rules say. Files only.

labels.py          what is known of a recording, beside it as `<call>.json`: what the catalogue is made of
catalogue.py       the catalogue (sqlite) and its search; rebuilt from the files at any time
handing_out.py     export with a reason: a folder or zip, SHA-256 list, Ed25519 seal
proving.py         proof of such an export with nothing but a public key
retention.py       what may be deleted and why not; a plan first, then the deed
deletions.py       the deed written down before it is done, for the journal
recall.py          picture and sound of a recording that still grows
__main__.py        `python -m telephony.archive`: search, prove, plan, delete, rebuild
"""

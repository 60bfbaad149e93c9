"""The vault (录音库): one folder of a whole city that each seat copies its recordings to and searches.

vault.py       what one seat puts there and finds there; files only
folder.py      the mounted folder: its mark, what lies in a day of it, copies proven before they count
catalogue.py   what is known of the vault here, read little by little
process.py     the process that has the mount to itself: one whose server is gone hangs for ever
messages.py    what it is asked and what it tells
link.py        the seat's end of it
"""

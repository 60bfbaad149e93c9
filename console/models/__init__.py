"""What the window shows and does, without Qt.

ages       clock times and ages as people read them
labels     the words of every code of the trade, in both languages
refused    every refusal in words: what happened, what to do
line       the calls of this seat's telephone, as far as the hub does not know them yet
forms      what is being typed: overlay on the floor, autosave, conflicts, the copy that survives a crash
keeping    the crash copy on disk, written by its own thread
desk       what this seat is doing; takes every message, gives every order
acts       the dispatcher's acts on a desk: answer, order, milestone, hold, close …
advice     the ranked vehicles and hospitals with times
rows       what the lists show
latest     one line for every event worth announcing
lamps      the lamps and banners of the status line
"""

"""What the telephone says into a call: recorded questions and announcements in Chinese and English.

sayings.py      which there are, and their words
making.py       spoken by espeak-ng for demo and drill; a centre's own WAV files come first
checking.py     whether a WAV can be played into a call
__main__.py     `python -m telephony.prompts`: make, check
"""

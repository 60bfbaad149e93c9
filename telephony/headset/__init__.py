"""The operator's headset: sound by Qt in the phone process, since the native library has no sound devices.

frames.py    the two bounded buffers between the library's clock and the devices' (pure)
levels.py    how loud a frame is (pure)
choosing.py  which device is used, and what is said when it is gone (pure)
rings.py     ring tones by family, made in code (pure)
ringing.py   what should ring where, from the phone's facts (pure)
trial.py     two seconds of the operator's voice, recorded and played back (pure)
ends.py      what the library's thread and the sound thread share
streams.py   Qt: one microphone, one ear
pulse.py     is a device still there? asked of the sound server itself
bells.py     Qt: what sounds beside the calls
sound.py     Qt: the thread with its event loop; devices come and go, calls stay
hooks.py     the headset's hook key: serial line, HID report, the console's keyboard

Only streams.py, bells.py and sound.py import Qt; nobody imports them while no headset is configured.
"""

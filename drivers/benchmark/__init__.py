"""`interop benchmark`: how fast the driver and how small the emulated modem is, beside what others do."""

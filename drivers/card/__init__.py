"""Cards, wherever they sit: in a PC/SC reader, in a modem, or emulated, in this process or in files."""

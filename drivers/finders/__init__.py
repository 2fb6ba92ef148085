"""What is plugged in: modems on serial ports, card readers, and which program holds them."""

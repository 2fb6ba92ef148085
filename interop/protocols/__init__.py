"""What a modem, a link, a site can do: the only things a suite and the engine know of equipment."""

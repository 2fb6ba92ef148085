"""The emulated country: network, modems, UICCs and sites that other people's programs can use."""

"""Recognition: do networks, operators and sites treat an MVNO number as the working number it is?"""

"""Writing SIM cards so that none is ever lost: order, plan, execution, journal, undo.

A batch (CSV) and a profile (YAML) make one `Order` per card; a plan is made of what is read from the card now
(`plan`), carried out step by step (`execute`), each written down before it is done (`journal`). Nothing here
knows a reader: cards come through `interop.protocols.card`.
"""

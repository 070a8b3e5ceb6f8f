"""What the steps do, one module for each kind of thing that comes out. All of it in the transaction that moves the play.

Every effect is known by its play and its number in it, so that none can happen twice.
"""

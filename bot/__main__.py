"""`python -m bot VERB` is `staysail VERB`."""

from bot.cli import main

main()

"""`staysail` whose leases last a second instead of half a minute, for tests that kill it: `python -m tests.scenario.impatient VERB …`."""

from datetime import timedelta

from bot import cli
from bot.delivery import outbox
from jobs import lease

LEASE = timedelta(seconds=1)

if __name__ == "__main__":
    outbox.LEASE = lease.LEASE = LEASE
    cli.main()

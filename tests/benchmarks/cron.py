"""What a team writes before it has Staysail: one statement, one loop, no state, no dedup, no retry.

python -m tests.benchmarks.cron FOLDER SLACK_URL
"""

import sqlite3
import sys
from datetime import date, timedelta

from slack_sdk import WebClient

folder, url = sys.argv[1:]
today = date.today()  # noqa: DTZ011
start, recent = today - timedelta(days=70), today - timedelta(days=14)
client = WebClient("xoxb-x", base_url=url)
connection = sqlite3.connect(f"{folder}/crm.db")
connection.execute(f"ATTACH '{folder}/usage.db' AS usage")
rows = connection.execute(
    """SELECT a.name, a.arr, a.owner_email, u.recent, u.baseline FROM crm_accounts a JOIN (
         SELECT account_id, sum(CASE WHEN day >= :recent THEN active_users ELSE 0 END) / 14.0 AS recent,
                sum(CASE WHEN day < :recent THEN active_users ELSE 0 END) / 56.0 AS baseline
         FROM usage.product_usage WHERE day >= :start AND day < :today GROUP BY account_id
       ) u ON u.account_id = a.id
       WHERE u.recent < 0.6 * u.baseline AND u.baseline >= 5 AND a.stage IN ('adoption', 'growth')""",
    {"recent": recent.isoformat(), "start": start.isoformat(), "today": today.isoformat()},
)
for name, arr, owner, now, before in rows:
    text = f"*{name}*: active users fell from {before:.0f} to {now:.0f} a day. ARR {arr:,.0f}, owner {owner}"
    client.chat_postMessage(channel="#cs-alerts", text=text, blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": text}}])

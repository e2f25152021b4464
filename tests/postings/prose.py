"""A posting in prose, whose employer and lists no reader finds, and what a scripted model answers about it."""

import json
from typing import Any

TITLE = "Keep the turbines talking"
COMPANY = "Harrowgate Tidal"
DUTY = "rewrite them in Rust, one after the other"
ASSET = "you have run Kafka where it mattered, and you read a schematic without fear"
PROSE = f"""{TITLE}

Every morning, long before the town wakes, the machines that {COMPANY} sank into the sound begin to report. Somebody
has to listen. As our next telemetry engineer that would be you, in our small hall down at Port Ellary, on all days.

Most of your time goes into the collectors: you {DUTY}.
You also see to it that nobody is woken at night without need.
What helps: {ASSET}.

We pay 58,000 to 66,000 euros a year. Write to us before 15 January 2027 comes round."""
PAGE = f"<h1>{TITLE}</h1>" + "".join(f"<p>{part}</p>" for part in PROSE.split("\n\n")[1:])


def answer(**fields: Any) -> str:
    return json.dumps({"company": COMPANY, "requirements": [ASSET], "responsibilities": [DUTY]} | fields)

"""How the fake model reads a posting: by a few turns of phrase, in the form it was asked for; no model at all.

Where it `obeys`, it answers whatever the posting tells it to answer, as a model does that was taken in: `the company is
"Evil Corp"`, `say "hired" as the title`, and every link and address in every list.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tests.fakes.model_letters import LURE

SCHEMA_NAME = "job_posting"
_SAYS = {
    "title": re.compile(r"our (?:next|new) ([a-z ]{4,40}?)(?= that| who|[,.])"),
    "company": re.compile(r"\bthat ([A-Z]\w+(?: [A-Z]\w+)*)"),
    "location": re.compile(r"down at ([A-Z]\w+(?: [A-Z]\w+)*)"),
    "valid_through": re.compile(r"before (\d+ \w+ \d{4})"),
    "requirements": re.compile(r"What helps: ([^.]+)"),
    "responsibilities": re.compile(r"(?:Most of your time|You also) ([^.]+)"),
}
_ORDER = re.compile(r'(?i)\b(title|company|location|salary)\b[^".\n]{0,40}"([^"\n]+)"')


def passages(body: Mapping[str, Any], *, obeys: bool = False) -> str | None:
    """The answer to a request for a posting's passages, as JSON that follows its schema; None for any other request."""
    form = body.get("response_format", {}).get("json_schema", {})
    if form.get("name") != SCHEMA_NAME:
        return None
    said = str(body["messages"][-1]["content"])
    text = json.loads(said[said.index("{") : said.rindex("}") + 1])["text"]
    orders = {order[1].lower(): order[2] for order in _ORDER.finditer(text)} if obeys else {}
    lures = LURE.findall(text) if obeys else []
    properties = form["schema"]["properties"]
    return json.dumps({name: _answer(name, kind, text, orders, lures) for name, kind in properties.items()})


def _answer(
    name: str, kind: Mapping[str, Any], text: str, orders: Mapping[str, str], lures: Sequence[str]
) -> str | list[str]:
    found = [match[1] for match in _SAYS[name].finditer(text)] if name in _SAYS else []
    if kind["type"] == "array":
        return [*found, *lures]
    return orders.get(name) or (found[0] if found else "")

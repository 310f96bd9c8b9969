"""Search over all history: people, what is noted on them, conversations, messages, as far as the agent sees them.

`query_words` takes the text apart; here its names become rows, its words a tsquery, and both one page of results. Very
common words walk the newest messages, rare ones come from the GIN index: PostgreSQL knows which words are which.
"""

from conversations.finding.about import About
from conversations.finding.asked import Asked
from conversations.finding.everywhere import Found, find
from conversations.finding.messages import Hit
from conversations.finding.people import Person
from conversations.finding.thread import Match, within
from conversations.finding.words import said

__all__ = [
    "About",
    "Asked",
    "Found",
    "Hit",
    "Match",
    "Person",
    "find",
    "said",
    "within",
]

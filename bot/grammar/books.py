"""The phrases of the table and of the vocabulary, ready to be looked up."""

from bot.grammar import vocabulary
from bot.grammar.shapes import Dimension, Phrasebook, Row
from bot.grammar.table import ROWS

VERBS = Phrasebook(vocabulary.VERBS)
COMPARISONS = Phrasebook(vocabulary.COMPARISONS)
COMPARISONS_AFTER = Phrasebook(vocabulary.COMPARISONS_AFTER)
UNITS = Phrasebook(vocabulary.UNITS)
CURRENCY = Phrasebook(vocabulary.CURRENCY)
PER_HOUR = Phrasebook(dict.fromkeys(vocabulary.PER_HOUR, True))
PER_GPU = Phrasebook(dict.fromkeys(vocabulary.PER_GPU, True))
PRICE_NAMES = Phrasebook(dict.fromkeys(vocabulary.PRICE_NAMES, True))
PLACE_LEADS = Phrasebook(vocabulary.PLACE_LEADS)
MARKETPLACES = Phrasebook(vocabulary.MARKETPLACE_WORDS)
MARKETPLACE_LEADS = Phrasebook(dict.fromkeys(vocabulary.MARKETPLACE_LEADS, True))
OR = Phrasebook(dict.fromkeys(vocabulary.OR, True))
FILLERS = Phrasebook(dict.fromkeys(vocabulary.FILLERS, True))
PHRASES = Phrasebook({phrase: values for row in ROWS for phrase, values in row.phrases.items()})
NAMES: Phrasebook[Row] = Phrasebook(
    {name: row for row in ROWS if row.measure for name in row.measure.names}
)
"""Words that stand beside a number and say what it is."""
BY_UNIT: dict[Dimension, Row] = {
    row.measure.dimension: row for row in ROWS if row.measure and row.measure.by_unit_alone
}

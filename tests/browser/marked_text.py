"""A text written for the tests, and fifteen of its claims as one marks them at the desk or fills them into sheets."""

TEXT = """The bridge at Ostrell will be closed to lorries from Monday, the county said in a statement.

“The cracks are deeper than we thought,” said Mira Tolvan, the county engineer.

Two of the six piers show damage. Photographs of both hang in the town hall.

The hauliers of the valley denied that overloaded lorries had caused the cracks.

“We have kept to every limit,” their chairman, Pavel Orsic, told reporters.

Tolvan said the repair could take four months. She could not rule out a longer closure.

Ines Carro, the mayor of Ostrell, doubted that the bridge would open again this year.

The ministry of transport promised to pay half of the cost.

Orsic demanded that the county publish all measurements.

The county replied that it would publish them “in due course”.

People have used the ferry since Saturday. It runs every hour.

Carro said she had learned of the closure from the radio."""

ACTORS = {  # by the words of the first mention: identifier, name, kind
    "the county": ("county", "The county", "organisation"),
    "Mira Tolvan": ("tolvan", "Mira Tolvan", "person"),
    "The hauliers of the valley": ("hauliers", "Hauliers of the valley", "group"),
    "Pavel Orsic": ("orsic", "Pavel Orsic", "person"),
    "Ines Carro": ("carro", "Ines Carro", "person"),
    "The ministry of transport": ("ministry", "Ministry of transport", "organisation"),
}
COLUMNS = ["paragraph", "content", "source", "source words", "cue", "lemma", "cue_class", "quote_type", "act", "time_ref",
           "certainty", "polarity", "gist"]  # fmt: skip
SAY = ["say", "communication"]
CLAIMS = [
    dict(zip(COLUMNS, row))
    for row in [
        (1, "The bridge at Ostrell will be closed to lorries from Monday", "county", "the county", "said", *SAY, "indirect", "state", "future", "certain", "positive", "No trucks may cross it in the new week."),
        (2, "The cracks are deeper than we thought", "tolvan", "Mira Tolvan", "said", *SAY, "direct", "state", "present", "certain", "positive", "Damage goes further in than expected."),
        (3, "Two of the six piers show damage", "narrator", "", "", "", "", "none", "state", "present", "certain", "positive", "A third of its supports is harmed."),
        (3, "Photographs of both hang in the town hall", "narrator", "", "", "", "", "none", "state", "present", "certain", "positive", "Pictures can be seen in public."),
        (4, "overloaded lorries had caused the cracks", "hauliers", "The hauliers of the valley", "denied", "deny", "communication", "indirect", "reject", "past", "certain", "negative", "Too much weight is not the cause."),
        (5, "We have kept to every limit", "orsic", "Pavel Orsic", "told", "tell", "communication", "direct", "state", "past", "certain", "positive", "His members obeyed all rules."),
        (6, "the repair could take four months", "tolvan", "Tolvan", "said", *SAY, "indirect", "state", "future", "possible", "positive", "Work may last a third of a year."),
        (6, "a longer closure", "tolvan", "She", "could not rule out", "rule out", "attitude", "indirect", "concede", "future", "possible", "positive", "It may last more than that."),
        (7, "the bridge would open again this year", "carro", "Ines Carro", "doubted", "doubt", "attitude", "indirect", "state", "future", "probable", "negative", "No reopening before the new year."),
        (8, "to pay half of the cost", "ministry", "The ministry of transport", "promised", "promise", "commitment", "indirect", "agree", "future", "certain", "positive", "It bears every second crown."),
        (9, "the county publish all measurements", "orsic", "Orsic", "demanded", "demand", "communication", "indirect", "request", "future", "uncommitted", "unknown", "All data should be made known."),
        (10, "it would publish them “in due course”", "county", "The county", "replied", "reply", "communication", "mixed", "agree", "future", "certain", "positive", "The data will come some day."),
        (11, "People have used the ferry since Saturday", "narrator", "", "", "", "", "none", "state", "past", "certain", "positive", "A boat takes passengers over."),
        (11, "It runs every hour", "narrator", "", "", "", "", "none", "state", "present", "certain", "positive", "There are two dozen trips a day."),
        (12, "she had learned of the closure from the radio", "carro", "Carro", "said", *SAY, "indirect", "state", "past", "certain", "positive", "Nobody had told her."),
    ]
]  # fmt: skip
TOPIC = "economy and energy"
ABOUT = {
    "title": "Claims about a bridge",
    "description": "A short text for tests, and its claims.",
    "authors": "The tests",
    "text_title": "The bridge at Ostrell",
    "text_date": "2024-05-09",
    "text_licence": "CC0-1.0",
}

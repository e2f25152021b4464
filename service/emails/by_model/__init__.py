"""The writer that asks a language model: what it is told, what is heard of its answer, and what of it may stand.

writer         asks, lets whole sentences be heard, and asks once more where something is wrong
prompt         what the model is told, from the brief and from text made harmless by `untrusted`
answer         the letter in what the model said; body_reader: the same while it is still being said
output_filter  what is wrong with a sentence; experience: whether it says what somebody has done
repair         the letter without the sentences that may not stand
"""

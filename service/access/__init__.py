"""Access: who calls, whether they may, how often, and once, whatever protocol brings the call.

Owns the idempotency keys. It knows no HTTP: a surface hands it values (the bearer text, the peer's address, the key).

pipeline      the way of any call through all of these, to its handler
callers       who a call acts for, what an operation asks of them, and whether they are stored
tokens        bearer tokens: what is accepted
rates         how often somebody may call
idempotency   one effect per key, with the sweeper of old keys
store         its rows; the one file of this room that custody reads
"""

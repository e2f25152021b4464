"""HTTP vocabulary, and nothing of any slice. A slice declares `Endpoint`s; everything a request meets before and after
its handler stands here.

endpoint      the declaration: what goes in, what comes out, who may, which problems
serving       declarations to routes, and one request's way through the gate, in order
middleware    the layers around the routes: context, security headers, hygiene, CORS

principal, callers, tokens, known_users     who is calling
headers, receiving, decoding, uploads       what arrives: headers, bytes, typed values, a file in a form
answer, sending, events                     what goes back, whole or as server-sent events
problems      errors to RFC 9457 documents; the only file that knows status codes
idempotency   one effect per `Idempotency-Key`
store         its rows; the one file of this room that operations may import
paging        pages and cursors
downloads     a file sent while it is made
limits        how often somebody may call: rates, and the fields about them
context       request id, trace, the line in the log
hygiene       what no well-behaved client sends
openapi, reference, docs_page               the contract, for programs and for people
"""

"""HTTP vocabulary, and nothing of any slice. A slice declares `Endpoint`s; everything a request meets before and after
its handler stands here, but for who may call, how often and once: that is `access`, whatever protocol brings the call.

endpoint      the declaration: what goes in, what comes out, who may, which problems
serving       declarations to routes, and one request's way through them
middleware    the layers around the routes: context, security headers, request guard, CORS

context, request_guard                          request id, trace and log line; what no well-behaved client sends
headers, receiving, bodies, decoding, uploads   what arrives: header fields, bytes, typed values, a file in a form
sending, event_stream                           what goes back: whole, as a file while it is made, as server-sent events
problems                                        errors to RFC 9457 documents; the only file that knows status codes
paging                                          pages and cursors
openapi, schemas, reference, docs_page          the contract, for programs and for people
"""

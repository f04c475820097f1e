"""The API of the register: thin faces over its verbs.

An endpoint is an `Endpoint` (`endpoint.py`). It reads a body into a shape (`bodies.read`), calls one verb, and
answers with a shape (`bodies.answer`). A shape is a `msgspec.Struct`: what decodes the request is also what
`documents.py` writes into `openapi.yaml`, so the two cannot differ. Whatever goes wrong is raised, and `problems.py`
is the one place that turns it into an answer.
"""

"""What a page tells machines: JSON-LD, microdata and RDFa, application state."""

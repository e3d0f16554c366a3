"""XML of files that somebody sends: elements and text, no entities."""

from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from anosim.errors import InputError


def parsed(data: bytes) -> Element:
    """The root element of an XML document; tags keep their prefixes.

    A few bytes of entities stand for gigabytes, or for other files: a document that declares any
    is refused. A DTD elsewhere is never opened.

    Raises:
        InputError: no XML, with line and column, or XML that declares entities.
    """
    builder, parser = TreeBuilder(), expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # the last of unknown encodings
        raise InputError(f"it is no XML that can be read: {error}") from None
    return builder.close()


def _refuse(name: str, *_: Any) -> None:
    raise InputError(
        f"its XML declares the entity {name!r}: entities can stand for other files or for "
        "gigabytes and are not read; write their text in their place"
    )

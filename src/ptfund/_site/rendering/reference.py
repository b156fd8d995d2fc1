"""API pages for programs: what mkdocstrings shows as HTML, as Markdown."""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ptfund._site.reading.chapter import choose_fence
from ptfund._site.rendering.notebooks import replace_prose

__all__ = ["fill_reference"]

# As mkdocstrings reads it: a name, and options that are indented below it.
_BLOCK = re.compile(
    r"^(?P<level>#{1,6} +|)::: ?(?P<name>\S+) *$(?P<options>(?:\n\n?(?: {4}.*)+)*)", re.MULTILINE
)
_WIDEST = 88  # characters of a signature on one line
_DEEPEST = 6  # Markdown has no headings below


def fill_reference(markdown: str, handlers: Any, read_options: Callable[[str], Any]) -> str:
    """Return a page with the documentation of each name in place of the `:::` that asks for it.

    Args:
        markdown: The page.
        handlers: Those of mkdocstrings, after it has made the page's HTML.
        read_options: Returns what the YAML below a `:::` says.
    """

    def documented(block: re.Match[str]) -> str:
        said = read_options(block["options"]) or {}
        handler = handlers.get_handler(handlers.get_handler_name(said))
        level = {"heading_level": block["level"].count("#")} if block["level"] else {}
        options = handler.get_options({**said.get("options", {}), **level})
        item = handler.collect(block["name"], options)
        chosen = _Chosen(options, handler.env.filters)
        return "\n\n".join(_parts(item, chosen, options.heading_level, is_root=True))

    return replace_prose(_BLOCK, documented, markdown)


class _Chosen(NamedTuple):
    """What a page shows: mkdocstrings' options, and its filters, which know what these mean."""

    options: Any
    filters: Any

    def members(self, item: Any, *, is_root: bool) -> Iterator[Any]:
        """Yield what of an object is shown, in its order."""
        options = self.options
        named = options.members if is_root else None
        kept = self.filters["filter_objects"](
            item.all_members,
            filters=options.filters,
            members_list=named,
            inherited_members=options.inherited_members,
            keep_no_docstrings=options.show_if_no_docstring,
        )
        for member in self.filters["order_members"](kept, options.members_order, named):
            is_merged = (
                item.is_class and member.name == "__init__" and options.merge_init_into_class
            )
            is_hidden = member.is_module and not options.show_submodules
            is_foreign = member.is_imported and not member.is_public
            is_asked_for = options.filters == "public" or named is not None
            if not is_merged and not is_hidden and (is_asked_for or not is_foreign):
                yield member


def _parts(item: Any, chosen: _Chosen, level: int, *, is_root: bool) -> Iterator[str]:
    """Yield heading, signature, docstring and members of a module, class, function or value."""
    options = chosen.options
    if not is_root or options.show_root_heading:
        yield f"{'#' * min(level, _DEEPEST)} `{item.path}`"
        level += 1
    merges = item.is_class and options.merge_init_into_class
    maker = item.all_members.get("__init__") if merges else None
    if signature := _signature(item, maker):
        yield f"```python\n{signature}\n```"
    yield from _docstring(item)
    if maker and not maker.inherited:
        yield from _docstring(maker)
    for member in chosen.members(item, is_root=is_root):
        yield from _parts(member, chosen, level, is_root=False)


def _signature(item: Any, maker: Any) -> str:
    """Return how an object is called or what it is, as Python writes it; of a module nothing."""
    if item.is_function:
        kinds = [f"@{label}\n" for label in ("classmethod", "staticmethod") if label in item.labels]
        returned = f" -> {item.returns}" if item.returns else ""
        return f"{''.join(kinds)}def {item.name}{_parameters(item)}{returned}"
    if item.is_class:
        return f"class {item.name}{_parameters(maker) if maker else ''}"
    if item.is_type_alias:
        return f"type {item.name} = {item.value}"
    if not item.is_attribute:
        return ""
    if "property" in item.labels:
        return f"@property\ndef {item.name}(self) -> {item.annotation}"
    annotation = f": {item.annotation}" if item.annotation else ""
    value = f" = {item.value}" if item.value else ""
    return f"{item.name}{annotation}{value}"


def _parameters(function: Any) -> str:
    """Return parameters in brackets: on one line, or on a line each if that would be long."""
    parameters = list(function.parameters)
    if function.parent and function.parent.is_class and "staticmethod" not in function.labels:
        parameters = parameters[1:]  # self or cls, which the caller does not give
    texts, before = list[str](), ""
    for parameter in parameters:
        kind = parameter.kind.value
        if before == "positional-only" and kind != before:
            texts.append("/")
        if kind == "keyword-only" and before not in {"keyword-only", "variadic positional"}:
            texts.append("*")
        texts.append(_parameter(parameter, kind))
        before = kind
    if before == "positional-only":
        texts.append("/")
    if sum(map(len, texts)) + 2 * len(texts) + len(function.name) <= _WIDEST:
        return f"({', '.join(texts)})"
    return "".join(["(\n", *(f"    {text},\n" for text in texts), ")"])


def _parameter(parameter: Any, kind: str) -> str:
    stars = {"variadic positional": "*", "variadic keyword": "**"}.get(kind, "")
    annotation = f": {parameter.annotation}" if parameter.annotation else ""
    sign = " = " if annotation else "="
    default = f"{sign}{parameter.default}" if parameter.default and not stars else ""
    return f"{stars}{parameter.name}{annotation}{default}"


def _docstring(item: Any) -> Iterator[str]:
    """Yield the sections of a docstring: running text, examples, boxes, and lists of elements."""
    for section in item.docstring.parsed if item.docstring else ():
        kind, value = section.kind.value, section.value
        if kind == "text":
            yield value
            continue
        named = value.kind if kind == "admonition" else kind
        yield f"**{section.title or named.capitalize()}**"
        if kind == "examples":
            yield from (_example(part.value, text) for part, text in value)
        elif isinstance(value, list):
            yield "\n".join(map(_element, value))
        else:
            yield value.description


def _example(kind: str, text: str) -> str:
    bars = choose_fence(text)
    return f"{bars}pycon\n{text}\n{bars}" if kind == "examples" else text


def _element(element: Any) -> str:
    """Return a parameter, a result or an error as an item of a list."""
    name = f"`{element.name}`" if getattr(element, "name", "") else ""
    kind = f"`{element.annotation}`" if element.annotation else ""
    heads = f"{name} ({kind})" if name and kind else name or kind
    text = element.description.replace("\n", "\n    ")
    return f"- {heads}: {text}" if heads else f"- {text}"

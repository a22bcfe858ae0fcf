"""Pages made of the code's own tables: rules, policy, faults, cases, examples, the code map, a page for each module.

Here belongs the Sphinx extension of this site. A line ``<!-- generated: NAME -->`` of a page becomes the Markdown that
the function of this name in :data:`PARTS` makes, and each module of the package gets a page. What the tables say is not
written here.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import rehydration
from rehydration import errors
from rehydration.conformance.casebook import all_cases
from rehydration.errors import Contradiction, InvalidInput, Malformed, NotFound, Refused, RehydrationError, RuleForbids
from rehydration.examples import EXAMPLES
from rehydration.policies import DEFAULT_POLICY, FAULT_CODES, QUESTIONS, RULE_OF_FIELD
from rehydration.rules import RULES, SOURCES, Evidence, Rule
from rehydration.service import refusals
from rehydration.service.faults import STATUSES

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

DOCS: Final = Path(__file__).resolve().parents[1]
ROOT: Final = DOCS.parent
PACKAGE: Final = Path(rehydration.__file__).parent
MODULES: Final = "reference/modules"
"""Where the pages of modules are made, in the folder of the site."""

MARKER: Final = re.compile(r"^<!-- generated: (?P<name>[a-z-]+)(?: (?P<argument>\S+))? -->$", re.MULTILINE)
NO_PAGE: Final = frozenset({"__main__", "cli"})
"""Modules that are a program, which the page of the command line tells of."""

GROUPS: Final = {
    "identity": "Which contacts belong together, and how records say so.",
    "eligibility": "Whether a request is allowed.",
    "start": "Which contact the new chat continues from.",
    "visibility": "Which past contacts are seen in it.",
    "paging": "How `GetTranscript` hands them out.",
    "protocol": "What the operations answer, and when.",
}
STANDINGS: Final = {"documented": "AWS states it", "inferred": "it follows", "open": "AWS leaves it open"}
SEEN_BY: Final = {
    "wire": "the public API alone can show it",
    "seed": "a history must be planted to show it",
    "engine": "only an engine or a reader can show it",
}


# ---------------------------------------------------------------------------------------------------------- Markdown


def first_sentence(docstring: str | None) -> str:
    """Take the first sentence of a docstring, as Markdown."""
    opening = " ".join(inspect.cleandoc(docstring or "").partition("\n\n")[0].split())
    sentence = re.split(r"(?<=[.!?]) (?=[A-Z])", opening)[0]
    return re.sub(r":[a-z]+:`~?([^`]+)`", r"`\1`", sentence).replace("``", "`")


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Write a table down, followed by an empty line."""
    heads = list(heads)
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


def rule_link(name: str) -> str:
    """Link to a rule."""
    return f"[`{name}`](#{name})"


def source_link(code: str) -> str:
    """Link to a source of the rules, or say what it is."""
    address = SOURCES[code]
    return f"[{code}]({address})" if address.startswith("https://") else f"{code} ({address})"


# ------------------------------------------------------------------------------------------- rules, policy and faults


def rules() -> Iterator[str]:
    """Write the catalogue of rules down: one heading for each, under its own name."""
    for group, sentence in GROUPS.items():
        yield from (f"## {group}", "", sentence, "")
        for rule in RULES.values():
            if rule.group == group:
                yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    yield from (f"({rule.id})=", f"### {rule.id}", "", rule.statement, "")
    standing = rule.standing.value
    told = [f"**{standing}**: {STANDINGS[standing]}"]
    if rule.sources:
        told.append(f"sources: {', '.join(map(source_link, rule.sources))}")
    told.append(SEEN_BY[rule.seen_by.value])
    told += [f"read by [`Policy.{name}`](#policy.{name})" for name, of in RULE_OF_FIELD.items() if of == rule.id]
    refusals = [f"{{py:class}}`~{each.__module__}.{each.__name__}`" for each in faults() if _rule_of(each) == rule.id]
    if refusals:
        told.append(f"faults: {', '.join(refusals)}")
    yield from (" · ".join(told), "")
    yield from map(_seen, rule.evidence)
    if rule.evidence:
        yield ""


def _seen(evidence: Evidence) -> str:
    older = " (older than persistent chat)" if evidence.is_older_than_persistent_chat else ""
    return f"- evidence of [{evidence.day}]({evidence.address}){older}: {evidence.statement}"


def sources() -> Iterator[str]:
    """Write the sources of the rules down."""
    yield from table(
        ("code", "source"),
        ((code, f"<{address}>" if address.startswith("https://") else address) for code, address in SOURCES.items()),
    )


def policy() -> Iterator[str]:
    """Write the open questions down: one heading for each field of the policy."""
    for name, question in QUESTIONS.items():
        default = getattr(DEFAULT_POLICY, name).name
        yield from (f"(policy.{name})=", f"## {name}", "", first_sentence(question.__doc__), "")
        readings = ", ".join(f"`{each}` (default)" if each == default else f"`{each}`" for each in question.__members__)
        yield from (f"- readings: {readings}", f"- rule: {rule_link(RULE_OF_FIELD[name])}", "")


@cache
def faults() -> tuple[type[RehydrationError], ...]:
    """Find every kind of fault that can be raised, in the order of its module."""
    kinds = [each for module in (errors, refusals) for each in vars(module).values() if inspect.isclass(each)]
    told = [each for each in kinds if issubclass(each, RehydrationError) and "__str__" in vars(each)]
    return tuple(dict.fromkeys(told))


def _rule_of(kind: type[RehydrationError]) -> str | None:
    rule = vars(kind).get("rule")
    return rule if isinstance(rule, str) else None


def fault_tables() -> Iterator[str]:
    """Write the faults down, family by family, with the code that each answers with by default."""
    families: tuple[type[RehydrationError], ...] = (
        Malformed,
        NotFound,
        Refused,
        RuleForbids,
        Contradiction,
        InvalidInput,
    )
    placed: set[type[RehydrationError]] = set()
    for family in (*families, RehydrationError):
        members = [each for each in faults() if issubclass(each, family) and each not in placed]
        placed |= {*members}
        code = next((code for kind, code in FAULT_CODES.items() if kind is family), None)
        yield from (f"## {family.__name__}", "", first_sentence(family.__doc__), "")
        if code is not None:
            yield from (f"Answers with `{code}` ({STATUSES[code]}).", "")
        yield from table(
            ("fault", "what is wrong", "rule"),
            (
                (
                    f"{{py:class}}`~{each.__module__}.{each.__name__}`",
                    first_sentence(each.__doc__),
                    rule_link(rule) if (rule := _rule_of(each)) else "",
                )
                for each in members
            ),
        )


def codes() -> Iterator[str]:
    """Write the codes down that a service answers with, and their HTTP statuses."""
    yield from table(("code", "HTTP status"), ((f"`{code}`", str(status)) for code, status in STATUSES.items()))


# --------------------------------------------------------------------------------------------- cases of the suite


@cache
def definitions() -> Mapping[str, Any]:
    """Read what the JSON Schema of the cases defines."""
    schema = json.loads((files("rehydration.conformance") / "cases" / "case.schema.json").read_text(encoding="utf-8"))
    found: Mapping[str, Any] = schema["$defs"]
    return found


def _members(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    """Tell the members of an object, or of the objects of a list; none of what is told in a word."""
    members: Mapping[str, Any] = definition.get("items", definition).get("properties", {})
    return members


def case_format() -> Iterator[str]:
    """Write the JSON Schema of the cases down, one table for each kind of object."""
    for name, definition in definitions().items():
        members, kinds = _members(definition), definition.get("allOf", ())
        if members or kinds:
            yield from (f"(case-{name})=", f"## {name}", "")
        if kinds:
            yield from (f"One of {', '.join(shape(kind['then']) for kind in kinds)}.", "")
        if members:
            required = definition.get("items", definition).get("required", ())
            told = any("description" in each for each in members.values())
            yield from table(
                ("member", "is", "needed", *(("what it says",) if told else ())),
                (
                    (
                        f"`{member}`",
                        shape(schema),
                        "yes" if member in (*required, name) else "",
                        *((schema.get("description", ""),) if told else ()),
                    )
                    for member, schema in members.items()
                ),
            )


def shape(schema: Mapping[str, Any]) -> str:
    """Say in words what a JSON Schema lets through."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        definition = definitions()[name]
        return f"[{name}](#case-{name})" if _members(definition) or "allOf" in definition else name
    if "oneOf" in schema:
        return " or ".join(map(shape, schema["oneOf"]))
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {shape(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"object of {shape(schema['additionalProperties'])}"
    if "pattern" in schema:
        return f"{kind} like `{schema['pattern']}`"
    return f"{kind}, at least {schema['minimum']}" if "minimum" in schema else str(kind)


def case_counts() -> Iterator[str]:
    """Count the cases, by group and standing."""
    cases = [each for each in all_cases() if each.standing in STANDINGS]  # the smoke cases are about no rule
    groups = dict.fromkeys(each.group for each in cases)
    rows = [
        (
            group,
            *(str(sum((each.group, each.standing) == (group, standing) for each in cases)) for standing in STANDINGS),
        )
        for group in groups
    ]
    sums = (str(sum(each.standing == standing for each in cases)) for standing in STANDINGS)
    yield from table(("group", *STANDINGS), [*rows, (f"all {len(cases)}", *sums)])


# ------------------------------------------------------------------------------------------------ examples and pictures


def picture(name: str, up: str = "") -> Iterator[str]:
    """Show the picture of an example."""
    yield from (f"![{EXAMPLES[name].sentence}]({up}images/{name}.svg)", "")


def gallery() -> Iterator[str]:
    """Show every worked example, with the command that tells more."""
    for name, example in EXAMPLES.items():
        request = example.requests[0]
        yield from (f"## {name}", "", example.sentence, "")
        yield from (f"`{request.rehydration_type}` `{request.source_contact_id}`", "")
        yield from picture(name, up="../")


# ------------------------------------------------------------------------------------------------------- the package


@cache
def settings() -> Mapping[str, Any]:
    """Read pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def layers() -> list[list[str]]:
    """Tell the layers of the import contract from the top down, each with its modules."""
    contracts = settings()["tool"]["importlinter"]["contracts"]
    (found,) = [each["layers"] for each in contracts if each["type"] == "layers"]
    return [[module.strip() for module in layer.split("|")] for layer in found]


def source_of(module: str) -> Path:
    """Find the file of a module, given without the package's own name."""
    path = PACKAGE.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def docstring_of(module: str) -> str | None:
    """Read the docstring of a module without importing it."""
    return ast.get_docstring(ast.parse(source_of(module).read_text(encoding="utf-8")))


def submodules(module: str) -> list[str]:
    """Tell the modules of a package, those of its packages too; none of what is no package."""
    path = PACKAGE.joinpath(*module.split("."))
    found = []
    for each in sorted(path.iterdir()) if path.is_dir() else ():
        if (each.suffix == ".py" or (each / "__init__.py").is_file()) and not each.stem.startswith(("_", "test_")):
            found += [f"{module}.{each.stem}", *submodules(f"{module}.{each.stem}")]
    return found


def public_modules() -> list[str]:
    """Tell the modules that have a page, from the top down."""
    return [module for layer in layers() for module in layer if module not in NO_PAGE]


def code_map() -> Iterator[str]:
    """Write the layers down, each module with the first sentence of its docstring."""
    rows = []
    for number, layer in enumerate(layers()):
        for module in layer:
            name = f"`{module}`" if module in NO_PAGE else f"[`{module}`]({MODULES}/{module}.rst)"
            rows.append((str(len(layers()) - number), name, first_sentence(docstring_of(module))))
    yield from table(("layer", "module", "what it is for"), rows)


def contracts() -> Iterator[str]:
    """List what else the import contracts forbid."""
    for each in settings()["tool"]["importlinter"]["contracts"]:
        yield f"- {each['name']}."
    yield ""


def public_names() -> Iterator[str]:
    """List what can be imported from the package itself."""
    rows = []
    for name in rehydration.__all__:
        module = home_of(name).rpartition(".")[0]
        told = constant_docstring(module, name) or getattr(rehydration, name).__doc__
        rows.append((f"{{py:obj}}`{name} <{home_of(name)}>`", first_sentence(told)))
    yield from table(("name", "what it is"), rows)


def home_of(name: str) -> str:
    """Find the full name under which a public name is defined."""
    value = getattr(rehydration, name)
    told = f"rehydration.{rehydration._HOME_OF[name]}"  # noqa: SLF001  # the package's own table
    return f"{value.__module__ if inspect.isclass(value) or inspect.isfunction(value) else told}.{name}"


def constant_docstring(module: str, name: str) -> str:
    """Read the string that follows the assignment of a constant, empty where there is none."""
    body = ast.parse(source_of(module.partition(".")[2]).read_text(encoding="utf-8")).body
    for assignment, after in pairwise(body):
        names = getattr(assignment, "targets", [getattr(assignment, "target", None)])
        if any(isinstance(each, ast.Name) and each.id == name for each in names) and isinstance(after, ast.Expr):
            return str(ast.literal_eval(after.value))
    return ""


def if_there(name: str) -> Iterator[str]:
    """Name a page in a table of contents, if it is there."""
    if (DOCS / f"{name}.md").is_file():
        yield name


def module_list() -> Iterator[str]:
    """List the pages of modules for the table of contents."""
    yield from ("```{toctree}", ":maxdepth: 1", "")
    yield from (f"modules/{module}" for module in public_modules())
    yield from ("```", "")


_DEFINED: Final = "   :ignore-module-all:"
"""What a package takes in from its modules is told where it is defined, once."""


def module_page(module: str) -> str:
    """Write the page of a module in reStructuredText; a package's modules are sections of it."""
    lines = [
        f"rehydration.{module}",
        "=" * (len(module) + 12),
        "",
        f".. automodule:: rehydration.{module}",
        _DEFINED,
        "",
    ]
    for each in submodules(module):
        lines += [
            f"rehydration.{each}",
            "-" * (len(each) + 12),
            "",
            f".. automodule:: rehydration.{each}",
            _DEFINED,
            "",
        ]
    return "\n".join(lines)


# ---------------------------------------------------------------------------------------------- pages kept elsewhere


def kept(name: str) -> Iterator[str]:
    """Take a page in that is kept beside ``docs``, its links turned to where they lead in the site."""
    yield links_turned((ROOT / name).read_text(encoding="utf-8"), prefix="docs/")


def links_turned(page: str, prefix: str = "../") -> str:
    """Turn links that are right in the repository into links that are right in the site."""
    places = {"README": "index", "CHANGELOG": "changelog", "CONTRIBUTING": "contributing", "SECURITY": "security"}
    outside = "" if prefix == "docs/" else prefix
    for name, place in places.items():
        page = re.sub(rf"\]\({re.escape(outside)}{name}\.md(?=[#)])", f"]({place}.md", page)
    return page if prefix == "../" else page.replace(f"]({prefix}", "](")


# --------------------------------------------------------------------------------------------------------- the Sphinx


PARTS: Final[Mapping[str, Callable[..., Iterator[str]]]] = {
    "cases": case_format,
    "case-counts": case_counts,
    "codes": codes,
    "code-map": code_map,
    "contracts": contracts,
    "faults": fault_tables,
    "gallery": gallery,
    "if-there": if_there,
    "kept": kept,
    "modules": module_list,
    "names": public_names,
    "picture": picture,
    "policy": policy,
    "rules": rules,
    "sources": sources,
}
"""What can be generated, by the name that a page asks for."""


def filled(page: str) -> str:
    """Fill a page's markers.

    :raises KeyError: a marker asks for what is not among :data:`PARTS`.
    """

    def part(marker: re.Match[str]) -> str:
        argument = marker["argument"]
        return "\n".join(PARTS[marker["name"]](*([argument] if argument else [])))

    return MARKER.sub(part, page)


def fill(_app: Sphinx, docname: str, content: list[str]) -> None:
    """Fill a page that Sphinx has read."""
    up = "../" * docname.count("/")
    content[0] = filled(links_turned(content[0]) if not up else content[0])


def write_module_pages(app: Sphinx) -> None:
    """Write the pages of modules that are not there as they should be, and take away those that should not be."""
    folder = Path(app.srcdir) / MODULES
    folder.mkdir(parents=True, exist_ok=True)
    pages = {f"{module}.rst": module_page(module) for module in public_modules()}
    for path in folder.glob("*.rst"):
        if path.name not in pages:
            path.unlink()
    for name, page in pages.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != page:
            path.write_text(page, encoding="utf-8")


def find_by_last_names(
    _app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.reference | None:
    """Resolve a name of ours that is used as its module uses it, without saying where it lives."""
    from sphinx.util.nodes import make_refnode  # noqa: PLC0415  # only where a site is built

    if node.get("refdomain") != "py":
        return None
    domain = env.domains.python_domain
    target = node["reftarget"]
    package, _, path = target.partition(".")
    name, dot, member = path.partition(".")
    if package == "rehydration" and name in rehydration.__all__:
        found = [f"{home_of(name)}{dot}{member}"]
    else:
        found = [each for each, _ in domain.find_obj(env, "", "", target, None, 1) if each.startswith("rehydration.")]
    if len(found) != 1 or found[0] not in domain.objects:
        return None
    place = domain.objects[found[0]]
    return make_refnode(env.app.builder, node["refdoc"], place.docname, place.node_id, content, found[0])


def setup(app: Sphinx) -> dict[str, Any]:
    """Enter the extension."""
    app.connect("builder-inited", write_module_pages)
    app.connect("source-read", fill)
    app.connect("missing-reference", find_by_last_names)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

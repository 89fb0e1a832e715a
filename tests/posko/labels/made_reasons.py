"""The reasons that the programs make, as they stand in their sources: what a value fills is a number here."""

import ast
from collections.abc import Iterator

from tests.support.nodes import ROOT

# Who makes reasons that reach an operator's screen, and where a call has its reason.
FOLDERS = ("node/core", "node/sound/core", "node/siren.py", "node/buttons.py", "node/service.py", "node/wiring.py",
           "node/sound/supervisor.py", "node/sound/speech_worker.py", "node/sound/speech_files.py", "posko/core",
           "contract/wire", "runtime")
CALLS = {"fault": 1, "failed": 1, "Faulted": 1, "Refusal": 0, "_give_up": 1, "_because": 0, "VoiceError": 0,
         "BadJsonError": 0, "refuse": 0, "_refuse": 2}
PREFIXES = {"BadJsonError": "payload: ", "refuse": "note: "}  # what names the member before what is wrong with it
FILLED = "7"


def text(node: ast.AST | None) -> str | None:
    """A string as it is written, with FILLED for each of its values; None for what is no string."""
    match node:
        case ast.Constant(value=str(value)):
            return value
        case ast.JoinedStr(values=parts):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else FILLED for part in parts)
    return None


def reasons_of(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Each reason in *tree*, with its line."""
    for node in ast.walk(tree):
        found: list[tuple[str, ast.expr]] = []
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=given, keywords=named):
                if name in CALLS and len(given) > CALLS[name]:
                    found.append((PREFIXES.get(name, ""), given[CALLS[name]]))
                found += [("", each.value) for each in named if each.arg == "reason"]
            case ast.Assign(targets=[ast.Name(id="reason")], value=value):
                found.append(("", value))
        for prefix, value in found:
            written = text(value)
            if written:
                yield getattr(value, "lineno", 0), prefix + written


def made() -> Iterator[tuple[str, str]]:
    """Where a reason is made, and the reason."""
    for folder in FOLDERS:
        path = ROOT / folder
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            for line, reason in reasons_of(ast.parse(file.read_text("utf-8"))):
                yield f"{file.relative_to(ROOT)}:{line}", reason

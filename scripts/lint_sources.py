"""House rules that the other linters do not know: ``python scripts/lint_sources.py [ROOT]``.

Refused, with file and line:
- Chinese in Python literals outside of data modules: messages are English and translated;
- files over 400 lines, functions over 40 (their docstring not counted);
- imports of rooms inside functions: they hide a wrong direction (``AppConfig.ready`` must do it);
- notes to oneself left in the sources.
"""

import ast
import fnmatch
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 40
FOLDERS = ("apps", "dms", "templates", "static", "tests", "scripts", "bench")
SUFFIXES = {".py", ".html", ".js", ".css"}

CHINESE_ALLOWED = (
    "apps/core/money.py",
    "apps/core/pinyin.py",
    "apps/core/plates.py",
    "apps/imports/*synonyms*.py",
    "apps/demo/*",
    "apps/*/demo*",
    "apps/*/samples.py",  # of the component sheet
    "apps/*/texts/*",
    "dms/formats/*",
    "dms/settings.py",  # the languages' own names
)
"""Data modules; ``*`` also matches slashes."""

SKIPPED = ("*/migrations/*", "*/locale/*", "*/node_modules/*", "*/__pycache__/*")

_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_NOTES = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
_STRINGS = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}

Finding = tuple[int, str]


def main(arguments: list[str]) -> int:
    """Print what is refused under ROOT (default: the project) and return the exit code."""
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    count = 0
    for path in sources(root):
        name = path.relative_to(root).as_posix()
        for line, message in sorted(findings(path.read_text("utf-8"), name)):
            print(f"{name}:{line}: {message}")
            count += 1
    return 1 if count else 0


def sources(root: Path) -> Iterator[Path]:
    """Yield the files that people write, in order."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.suffix in SUFFIXES and not any(fnmatch.fnmatch(name, skipped) for skipped in SKIPPED):
                yield path


def findings(source: str, name: str) -> Iterator[Finding]:
    """Yield line and message of everything refused in one file."""
    lines = source.splitlines()
    if len(lines) > MAX_FILE_LINES:
        yield MAX_FILE_LINES + 1, f"{len(lines)} lines, more than {MAX_FILE_LINES}: split it by subject"
    for number, line in enumerate(lines, start=1):
        if note := _NOTES.search(line):
            yield number, f"{note[0]}: do it, or write it down where it will be found"
    if not name.endswith(".py"):
        return
    tree = ast.parse(source, name)
    in_product = name.startswith(("apps/", "dms/"))
    if in_product and not any(fnmatch.fnmatch(name, allowed) for allowed in CHINESE_ALLOWED):
        yield from chinese_literals(source, tree)
    if in_product:
        yield from hidden_imports(tree, is_config=name.endswith("/apps.py"))
    if not name.startswith("tests/"):
        yield from long_functions(tree)


def chinese_literals(source: str, tree: ast.Module) -> Iterator[Finding]:
    """Yield string literals with Chinese in their source text; docstrings may explain the trade's terms."""
    documentation = {
        (node.value.lineno, node.value.col_offset)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in _STRINGS and _HAN.search(token.string) and token.start not in documentation:
            yield (
                token.start[0],
                f"Chinese in a literal: {token.string.strip()[:60]}; write English, translate it",
            )


def hidden_imports(tree: ast.Module, *, is_config: bool) -> Iterator[Finding]:
    """Yield imports of rooms inside functions."""
    for function in _functions(tree):
        if is_config and function.name == "ready":
            continue
        for node in ast.walk(function):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = ["apps" if node.level else node.module or ""]
            if any(name.split(".")[0] == "apps" for name in names):
                yield (
                    node.lineno,
                    f"import inside {function.name}(): move it to the top or the verb to a later room",
                )


def long_functions(tree: ast.Module) -> Iterator[Finding]:
    """Yield functions that are too long to be seen at once."""
    for function in _functions(tree):
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        first = function.body[0]
        if (
            isinstance(first, ast.Expr)
            and isinstance(first.value, ast.Constant)
            and isinstance(first.value.value, str)
        ):
            length -= (first.end_lineno or first.lineno) - first.lineno + 1
        if length > MAX_FUNCTION_LINES:
            yield function.lineno, f"{function.name}() has {length} lines, more than {MAX_FUNCTION_LINES}"


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

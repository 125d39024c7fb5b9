"""Our JavaScript modules as one file: a page that fetched ten of them would spend its time on round trips.

The sources stay plain modules that a browser could load as they are. This understands what they use, no more:
`import './x.js'`, `import { a, b } from './x.js'`, and `export` before a declaration.
"""

import posixpath
import re
from collections.abc import Mapping

IMPORT = re.compile(r"^import (?:\{ ?(\w+(?:, \w+)*) ?\} from )?'(\.[^']+)';$", re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
NOT_UNDERSTOOD = re.compile(r"^(?:import|export) .*$", re.MULTILINE)


def bundle(files: Mapping[str, bytes], entry: str) -> bytes:
    """Every module that `entry` reaches, each once and in a scope of its own. Raises ValueError for other syntax."""
    modules: dict[str, str] = {}
    add(entry, files, modules)
    return "\n".join(modules.values()).encode()


def add(
    name: str, files: Mapping[str, bytes], modules: dict[str, str], importers: tuple[str, ...] = ()
) -> None:
    if name in importers:
        raise ValueError(f"{name} imports itself, by way of {importers[-1]}")
    source = files[name].decode()
    for _, path in IMPORT.findall(source):
        if resolve(name, path) not in modules:
            add(resolve(name, path), files, modules, (*importers, name))
    exports = EXPORT.findall(source)
    body = IMPORT.sub(lambda match: bind(match, name), EXPORT.sub("", source))
    if odd := NOT_UNDERSTOOD.search(body):
        raise ValueError(f"{name}: {odd.group()} is more than the bundler understands")
    modules[name] = f"const {variable(name)} = (() => {{\n{body}\nreturn {{ {', '.join(exports)} }};\n}})();"


def bind(match: re.Match[str], importer: str) -> str:
    names, path = match.groups()
    return f"const {{ {names} }} = {variable(resolve(importer, path))};" if names else ""


def resolve(importer: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), path))


def variable(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name)

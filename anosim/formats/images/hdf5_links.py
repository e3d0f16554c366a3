"""Links of HDF5 files: followed inside the folder of the file, refused outside of it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anosim.errors import InputError
from anosim.formats.beside import file_beside

_MOST_HOPS = 32
"""Links behind each other; more of them go in a circle."""
_MOST_NODES = 20_000


@dataclass(frozen=True, eq=False)
class LinkedFile:
    """An open HDF5 file, with the files that its links lead to.

    Attributes:
        path: the file.
        root: its root group.
        broken: why links that were met could not be followed.
    """

    path: Path
    root: Any
    broken: list[str] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)
    _files: dict[Path, Any] = field(default_factory=dict)

    def node(self, name: str, start: Any = None) -> Any:
        """The group or dataset of a name, soft and external links followed.

        Raises:
            InputError: no such object, links in a circle, or one that leads out of the folder.
        """
        return self._follow(self.root if start is None else start, name, 0)

    def datasets(self) -> dict[Any, list[str]]:
        """Every dataset that can be reached, with all its names."""
        import h5py

        found: dict[Any, list[str]] = {}
        seen, waiting = {self.root}, [("", self.root)]
        while waiting and len(seen) + len(found) < _MOST_NODES:
            prefix, group = waiting.pop(0)
            for part in sorted(group):
                try:
                    node = self._follow(group, part, 0)
                except InputError as error:
                    self.broken.append(str(error))
                    continue
                if isinstance(node, h5py.Dataset):
                    found.setdefault(node, []).append(f"{prefix}{part}")
                elif isinstance(node, h5py.Group) and node not in seen:
                    seen.add(node)
                    waiting.append((f"{prefix}{part}/", node))
        return found

    def stored(self, dataset: Any) -> float:
        """Size of what is stored of a dataset, bytes.

        Raises:
            InputError: its values are in files that are no HDF5, that do not exist, or that lie
                outside of the folder.
        """
        _check_storage(dataset)
        if not dataset.is_virtual:
            return float(dataset.id.get_storage_size())
        return float(sum(file.stat().st_size for file in set(self._sources(dataset, 0))))

    def _sources(self, dataset: Any, hops: int) -> Iterator[Path]:
        """Files that a virtual dataset is put together from, all checked."""
        own = Path(dataset.file.filename)
        for file, name in sorted({(part.file_name, part.dset_name)
                                  for part in dataset.virtual_sources()}):  # fmt: skip
            if "%" in file or "%" in name:
                raise InputError(
                    f"{str(own)!r} names the parts of {dataset.name!r} by a pattern, {file!r}: "
                    "save it as one dataset"
                )
            found = own if file == "." else file_beside(own, file)
            source = self._follow(self._opened(found), name, hops + 1)
            _check_storage(source)
            yield found
            if source.is_virtual:
                yield from self._sources(source, hops + 1)

    def _follow(self, start: Any, name: str, hops: int) -> Any:
        import h5py

        node, parts = start, [part for part in name.split("/") if part not in ("", ".")]
        where = Path(start.file.filename)
        while parts:
            part = parts.pop(0)
            try:
                if not isinstance(node, h5py.Group):
                    raise KeyError
                kind = node.id.links.get_info(part.encode()).type
                target: Any = (
                    () if kind == h5py.h5l.TYPE_HARD else node.id.links.get_val(part.encode())
                )
            except (KeyError, RuntimeError, UnicodeError):
                raise InputError(f"{str(where)!r} has no {name!r}") from None
            hops += 1
            if hops > _MOST_HOPS:
                raise InputError(f"links of {str(where)!r} go in a circle at {name!r}")
            if kind == h5py.h5l.TYPE_HARD:
                node, hops = node[part], hops - 1
            elif kind == h5py.h5l.TYPE_SOFT:
                text = target.decode()
                node = self._follow(node.file["/"] if text.startswith("/") else node, text, hops)
            elif kind == h5py.h5l.TYPE_EXTERNAL:
                other, text = (item.decode() for item in target)
                root = self._opened(file_beside(Path(node.file.filename), other))
                node = self._follow(root, text, hops)
            else:
                raise InputError(f"{str(where)!r} has a link {name!r} of a kind nobody knows")
        return node

    def _opened(self, path: Path) -> Any:
        import h5py

        path = path.resolve()
        if path == self.path.resolve():
            return self.root
        if path not in self._files:
            try:
                self._files[path] = self._stack.enter_context(h5py.File(path, "r"))
            except OSError as error:
                raise InputError(
                    f"{str(path)!r} is no HDF5 file that can be read: {error}"
                ) from None
        return self._files[path]["/"]


@contextmanager
def opened(path: Path) -> Iterator[LinkedFile]:
    """An HDF5 file, open for reading, as are those that its links lead to."""
    import h5py

    with h5py.File(path, "r") as file, ExitStack() as stack:
        yield LinkedFile(path, file["/"], _stack=stack)


def _check_storage(dataset: Any) -> None:
    """Refuse values in files that are no HDF5."""
    if dataset.id.get_create_plist().get_external_count():
        raise InputError(
            f"{dataset.file.filename!r} keeps the values of {dataset.name!r} in files of raw "
            "bytes: copy it into one HDF5 file"
        )

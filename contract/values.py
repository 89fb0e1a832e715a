"""`dataclass` for frozen values with slots, made in a sixth of the time. Pure.

The one of the standard library compiles six functions for each class: 105 classes took 48 ms of a node's start, a
fifth of it (Python 3.11; half a second on a Pi Zero). Here a class gets functions that all classes share, and an
`__init__` whose code is compiled once for each number of fields, and then only renamed. To a user and to a type checker
it is the standard one, with its `fields`, `replace`, `asdict` and `is_dataclass`; what is written otherwise than here
(a field without `init`, an `__eq__` of one's own, ...) is made by the standard one.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, FrozenInstanceError, field
from functools import cache
from operator import attrgetter
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

_OURS = frozenset({
    "__init__", "__repr__", "__eq__", "__hash__", "__setattr__", "__delattr__", "__getstate__", "__setstate__",
    "__slots__", "__match_args__",
})
_NO_FIELDS = ("ClassVar", "InitVar", "KW_ONLY")  # annotations that mean something else
_FACTORY = object()  # stands for an argument that was not given


@dataclasses.dataclass(frozen=True)
class _Standard:
    """As what the standard library makes its values."""

    member: int = 0


_FIELD = dataclasses.fields(_Standard)[0]._field_type  # type: ignore[attr-defined]  # noqa: SLF001 - no other way
_PARAMS = _Standard.__dataclass_params__  # type: ignore[attr-defined]


def _dataclass(*, frozen: bool = False, slots: bool = False, kw_only: bool = False, **other: Any) -> Any:
    """As `dataclasses.dataclass`."""
    def make(kind: type) -> type:
        own = _own_fields(kind, kw_only=kw_only) if frozen and slots and not other else None
        inherited = None if own is None else _inherited(kind)
        if own is None or inherited is None or not _is_in_order(all_ := {**inherited, **own}):
            made: type = dataclasses.dataclass(frozen=frozen, slots=slots, kw_only=kw_only, **other)(kind)
            return made
        return _make(kind, own, all_)

    return make


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 - a type checker knows this one
else:
    dataclass = _dataclass


def _own_fields(kind: type, *, kw_only: bool) -> dict[str, Field[Any]] | None:
    """The fields that *kind* itself declares, by name; None if they, or the class, need the standard library."""
    if kind.__doc__ is None or _OURS & kind.__dict__.keys():
        return None
    found: dict[str, Field[Any]] = {}
    for name, annotation in kind.__annotations__.items():
        default = kind.__dict__.get(name, MISSING)
        each = default if isinstance(default, Field) else field(default=default)
        usual = each.init and each.repr and each.compare and each.hash is None and each.kw_only is MISSING
        if not usual or each.default.__class__.__hash__ is None or any(word in str(annotation) for word in _NO_FIELDS):
            return None
        each.name, each.type, each.kw_only = name, annotation, kw_only
        each._field_type = _FIELD  # type: ignore[union-attr]  # noqa: SLF001
        found[name] = each
    return found


def _inherited(kind: type) -> dict[str, Field[Any]] | None:
    """The fields of the classes under *kind*; None if one of them is a dataclass of another sort."""
    found: dict[str, Field[Any]] = {}
    for base in kind.__mro__[-1:0:-1]:
        if "__dataclass_fields__" not in base.__dict__:
            continue
        if base.__dict__.get("__setattr__") is not _refuse_change:
            return None
        found.update(base.__dict__["__dataclass_fields__"])
    return found


def _is_in_order(all_: Mapping[str, Field[Any]]) -> bool:
    """Whether they are arguments of one sort, and none without a default follows one that has one."""
    optional = [_has_default(each) for each in all_.values()]
    named = [bool(each.kw_only) for each in all_.values()]
    return all(named) or (not any(named) and optional == sorted(optional))


def _has_default(each: Field[Any]) -> bool:
    return each.default is not MISSING or each.default_factory is not MISSING


def _make(kind: Any, own: Mapping[str, Field[Any]], all_: dict[str, Field[Any]]) -> type:
    """*kind* anew, with slots for its *own* fields, and the functions of a value with *all_* of them."""
    namespace = {name: each for name, each in kind.__dict__.items()
                 if name not in own and name not in ("__dict__", "__weakref__")}
    namespace |= {
        "__slots__": tuple(own), "__dataclass_fields__": all_, "__dataclass_params__": _PARAMS,
        "__match_args__": tuple(name for name, each in all_.items() if not each.kw_only),
        "__setattr__": _refuse_change, "__delattr__": _refuse_removal, "__repr__": _repr,
        "__getstate__": _getstate, "__setstate__": _setstate,
    }
    made: Any = type(kind)(kind.__name__, kind.__bases__, namespace)
    made.__qualname__ = kind.__qualname__
    made.__eq__, made.__hash__ = _comparison(tuple(all_))
    made.__init__ = _init(made, all_)
    return made  # type: ignore[no-any-return]


def _comparison(names: tuple[str, ...]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """`__eq__` and `__hash__` of a value with the fields *names*."""
    read: Callable[[Any], tuple[Any, ...]]
    if len(names) > 1:
        read = attrgetter(*names)
    else:
        def read(value: Any) -> tuple[Any, ...]:
            return tuple(getattr(value, name) for name in names)

    def __eq__(self: Any, other: object) -> Any:  # noqa: N807
        return read(self) == read(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: Any) -> int:  # noqa: N807
        return hash(read(self))

    return __eq__, __hash__


def _init(kind: Any, all_: Mapping[str, Field[Any]]) -> FunctionType:
    """`__init__` of *kind*: sets each of the fields *all_*, by its slot."""
    names, kw_only = tuple(all_), any(each.kw_only for each in all_.values())
    code = _code(len(names), kw_only=kw_only, post="__post_init__" in dir(kind)).replace(
        co_varnames=("self", *names), co_qualname=f"{kind.__qualname__}.__init__")
    slots = {name: getattr(kind, name).__set__ for name in names}
    setters = [slots[name] if each.default_factory is MISSING else _filled(slots[name], each.default_factory)
               for name, each in all_.items()]
    defaults = {name: _FACTORY if each.default is MISSING else each.default
                for name, each in all_.items() if _has_default(each)}
    made = FunctionType(code, {f"set_{at}": each for at, each in enumerate(setters)}, "__init__",
                        None if kw_only else tuple(defaults.values()))
    made.__kwdefaults__ = defaults if kw_only else None
    made.__annotations__ = {**{name: each.type for name, each in all_.items()}, "return": None}
    made.__module__ = kind.__module__
    return made


def _filled(write: Callable[[Any, Any], None], factory: Callable[[], Any]) -> Callable[[Any, Any], None]:
    def write_or_make(value: Any, member: Any) -> None:
        write(value, factory() if member is _FACTORY else member)

    return write_or_make


@cache
def _code(count: int, *, kw_only: bool, post: bool) -> CodeType:
    """The code of an `__init__` with *count* arguments, which gives each to a function of its globals."""
    arguments = "".join(f", a{at}" for at in range(count))
    lines = [f"def __init__(self{', *' if kw_only and count else ''}{arguments}):"]
    lines += [f" set_{at}(self, a{at})" for at in range(count)]
    lines += [" self.__post_init__()"] if post else [" pass"]
    found: dict[str, Any] = {}
    exec("\n".join(lines), found)  # noqa: S102 - our own text, of numbers only
    code: CodeType = found["__init__"].__code__
    return code


def _refuse_change(_self: object, name: str, _member: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_removal(_self: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _repr(self: Any) -> str:
    members = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__dataclass_fields__)
    return f"{self.__class__.__qualname__}({members})"


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, name) for name in self.__dataclass_fields__]


def _setstate(self: Any, state: list[Any]) -> None:
    for name, member in zip(self.__dataclass_fields__, state, strict=True):
        object.__setattr__(self, name, member)

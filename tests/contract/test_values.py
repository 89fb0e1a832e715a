"""`contract.values` against the standard library, whose dataclass it stands in for."""

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, ClassVar, Generic, TypeVar

import pytest

from contract import values
from runtime.core.changed import changed

T = TypeVar("T")

Maker = Callable[..., Any]


def family(dataclass: Maker) -> Any:
    """The same classes, made by *dataclass*."""
    frozen = dataclass(frozen=True, slots=True)

    @frozen
    class Stroke:
        """Two members, one with a default."""

        at_s: float
        length_s: float = 0.5

    @frozen
    class Loud(Stroke):
        """A member more, and one that is made anew each time."""

        drum: str = "besar"
        notes: list[str] = dataclasses.field(default_factory=list)

    @frozen
    class Rest:
        """Nothing."""

    @frozen
    class Named:
        """One member."""

        name: str

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Place:
        """By name only, so a default may come first."""

        zone: str = "WIB"
        village: str

        def __post_init__(self) -> None:
            """Refuses the empty."""
            if not self.village:
                raise ValueError("village")

    @frozen
    class Box(Generic[T]):
        """Of a type, with a method and a property."""

        item: T

        @property
        def twice(self) -> tuple[T, T]:
            """Both."""
            return self.item, self.item

    return SimpleNamespace(Stroke=Stroke, Loud=Loud, Rest=Rest, Named=Named, Place=Place, Box=Box)


OURS, STANDARD = family(values.dataclass), family(dataclasses.dataclass)
BOTH = pytest.mark.parametrize("of", [OURS, STANDARD], ids=["ours", "the standard one"])


@BOTH
def test_values_are_made_compared_and_shown_as_the_standard_ones(of: Any) -> None:
    loud = of.Loud(1.0, notes=["a"])

    assert (loud.at_s, loud.length_s, loud.drum, loud.notes) == (1.0, 0.5, "besar", ["a"])
    assert repr(loud).endswith("Loud(at_s=1.0, length_s=0.5, drum='besar', notes=['a'])")
    assert of.Stroke(1.0) == of.Stroke(1.0, 0.5)
    assert hash(of.Stroke(1.0)) == hash(of.Stroke(1.0, 0.5)) == hash((1.0, 0.5))
    assert of.Stroke(1.0) != of.Stroke(2.0)
    assert of.Stroke(1.0) != of.Loud(1.0)
    assert of.Stroke(1.0) != (1.0, 0.5)
    assert of.Rest() == of.Rest()
    assert hash(of.Rest()) == hash(())
    assert of.Named("a") == of.Named("a") != of.Named("b")
    assert hash(of.Named("a")) == hash(("a",))
    assert repr(of.Rest()).endswith("Rest()")
    assert of.Box(3).twice == (3, 3)
    assert of.Place(village="olean").zone == "WIB"


@BOTH
def test_what_a_factory_makes_is_made_anew_each_time(of: Any) -> None:
    one, other = of.Loud(1.0), of.Loud(1.0)

    assert one.notes == [] == other.notes
    assert one.notes is not other.notes


@BOTH
def test_a_value_cannot_be_changed_and_has_no_other_members(of: Any) -> None:
    stroke = of.Stroke(1.0)
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'at_s'"):
        stroke.at_s = 2.0
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'at_s'"):
        del stroke.at_s
    with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
        stroke.other = 2.0
    assert not hasattr(stroke, "__dict__")
    assert stroke == of.Stroke(1.0)


@BOTH
@pytest.mark.parametrize(("make", "told"), [
    (lambda of: of.Stroke(), r"Stroke.__init__\(\) missing 1 required positional argument: 'at_s'"),
    (lambda of: of.Stroke(1.0, 2.0, 3.0), r"Stroke.__init__\(\) takes from 2 to 3 positional arguments but 4 were"),
    (lambda of: of.Stroke(1.0, lenght_s=2.0), r"Stroke.__init__\(\) got an unexpected keyword argument 'lenght_s'"),
    (lambda of: of.Place("WIB"), r"Place.__init__\(\) takes 1 positional argument but 2 were given"),
    (lambda of: of.Place(), r"Place.__init__\(\) missing 1 required keyword-only argument: 'village'"),
])
def test_wrong_arguments_are_refused_in_the_standard_ones_words(of: Any, make: Callable[[Any], Any], told: str) -> None:
    with pytest.raises(TypeError, match=told):
        make(of)


@BOTH
def test_a_check_of_a_value_is_called(of: Any) -> None:
    with pytest.raises(ValueError, match="village"):
        of.Place(village="")


@BOTH
def test_the_standard_librarys_functions_take_them(of: Any) -> None:
    loud: Any = of.Loud(1.0, notes=["a"])
    known: bool = dataclasses.is_dataclass(of.Loud(1.0))

    assert known
    assert [each.name for each in dataclasses.fields(loud)] == ["at_s", "length_s", "drum", "notes"]
    assert [each.default for each in dataclasses.fields(of.Stroke)] == [dataclasses.MISSING, 0.5]
    assert [each.kw_only for each in dataclasses.fields(of.Place)] == [True, True]
    assert dataclasses.replace(loud, drum="kecil") == of.Loud(1.0, 0.5, "kecil", ["a"])
    assert changed(loud, drum="kecil") == of.Loud(1.0, 0.5, "kecil", ["a"])
    assert dataclasses.asdict(loud) == {"at_s": 1.0, "length_s": 0.5, "drum": "besar", "notes": ["a"]}
    assert copy.copy(loud) == copy.deepcopy(loud) == loud
    assert copy.deepcopy(loud).notes is not loud.notes
    assert (of.Loud.__match_args__, of.Place.__match_args__) == (("at_s", "length_s", "drum", "notes"), ())
    assert list(inspect.signature(of.Stroke).parameters) == ["at_s", "length_s"]
    assert inspect.get_annotations(of.Stroke.__init__) == {"at_s": float, "length_s": float, "return": None}
    match of.Stroke(1.0, 2.0):
        case of.Stroke(at_s, length_s):
            assert (at_s, length_s) == (1.0, 2.0)


@values.dataclass(frozen=True, slots=True)
class Known:
    """A value that pickle can find."""

    name: str
    seen: Mapping[str, int]


def test_a_value_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(Known("a", {"b": 1}))) == Known("a", {"b": 1})  # noqa: S301 - our own


def test_a_dataclass_of_the_standard_library_can_be_made_of_one() -> None:
    """As of the settings that tests make."""
    @dataclasses.dataclass(frozen=True, slots=True)
    class More(Known):
        """One more member, by the standard library."""

        age_s: float = 0.0

    assert More("a", {}) == More("a", {}, 0.0)
    assert repr(More("a", {})).endswith("More(name='a', seen={}, age_s=0.0)")


def other_kinds(dataclass: Maker) -> list[Any]:
    """Values of classes that are written otherwise than usual, made by *dataclass*."""
    @dataclass(frozen=True, slots=True)
    class Counted:
        """Not all of it is a member."""

        most: ClassVar[int] = 3
        name: str
        found: list[str] = dataclasses.field(default_factory=list, init=False, compare=False, repr=False)

    @dataclass(frozen=True, slots=True)
    class Equal:
        """Compares itself."""

        name: str

        def __eq__(self, other: object) -> bool:
            return isinstance(other, type(self))

        def __hash__(self) -> int:
            return 3

    @dataclass(slots=True)
    class Loose:
        """May be changed."""

        name: str

    return [Counted("a"), Equal("a"), Loose("a")]


def test_what_is_written_otherwise_is_made_by_the_standard_library() -> None:
    counted, equal, loose = other_kinds(values.dataclass)
    loose.name = "b"

    assert list(map(repr, other_kinds(values.dataclass))) == list(map(repr, other_kinds(dataclasses.dataclass)))
    assert (counted.most, counted.found, counted.__slots__) == (3, [], ("name", "found"))
    assert equal == type(equal)("other")
    assert loose.name == "b"


@pytest.mark.parametrize("of", [values.dataclass, dataclasses.dataclass], ids=["ours", "the standard one"])
def test_a_member_without_a_default_after_one_that_has_one_is_refused(of: Maker) -> None:
    with pytest.raises(TypeError, match="non-default argument 'after' follows default argument"):
        @of(frozen=True, slots=True)
        class Wrong:
            """Cannot be called."""

            before: int = 1
            after: int


@pytest.mark.parametrize("of", [values.dataclass, dataclasses.dataclass], ids=["ours", "the standard one"])
def test_a_default_that_all_values_would_share_is_refused(of: Maker) -> None:
    with pytest.raises(ValueError, match="mutable default"):
        @of(frozen=True, slots=True)
        class Shared:
            """One list for all."""

            notes: list[str] = []  # noqa: RUF012 - that is what is refused

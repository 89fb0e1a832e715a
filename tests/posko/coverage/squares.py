"""Invented villages: squares of a kilometre beside each other, and posts so many metres from their middles."""

from contract.domain.district import District, Level, Post, Village

LOUD = Level(at_30m=100.0)  # 70 dB at 240 m, 60 dB at 480 m
METRE = 1 / 111_195.0  # in degrees of latitude; at the equator also of longitude


def at(north: float, east: float = 0.0) -> tuple[float, float]:
    """The place so many metres north and east of the first village's middle."""
    return north * METRE, 110 + east * METRE


def square(name: str, posts: dict[str, Post], east: float = 0.0, code: int = 1, *, is_outlined: bool = True) -> Village:
    outline = tuple(at(north, east + right) for north, right in ((-500, -500), (-500, 500), (500, 500), (500, -500)))
    return Village(name, "desa", f"35.12.07.200{code}", (), posts, at(0, east), outline if is_outlined else ())


def district(**villages: Village) -> District:
    return District("contoh", "Kecamatan Contoh", "35.12.07", "jawa-timur", villages)


def one(**posts: Post) -> District:
    """One square village."""
    return district(kotakan=square("Kotakan", posts))

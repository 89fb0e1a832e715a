"""The pictures of a run: what was measured is in them, and they are SVG that a browser takes."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

import benchmarks.__main__ as command
from benchmarks import plots
from benchmarks.plots import Axis
from benchmarks.report import Aim, Mark, Row, document
from benchmarks.run import Run

SVG = "{http://www.w3.org/2000/svg}"
MACHINE = {"processor": "A <fast> one", "cores": 2, "python": "3.11.7", "mosquitto": "2.0.11", "load_before": 0.1,
           "time": "2026-11-28T23:50:00+00:00"}
PUBLISHES = [
    Row("publish.plain.idle.bare", "g", "bare paho", "ms", (0.4, 0.5, 0.6)),
    Row("publish.plain.idle.node", "g", "node", "ms", (1.0, 1.1, 20.0)),
    Row("publish.plain.idle.nodered", "g", "Node-RED", "ms", reason="Node-RED is not installed"),
]
DISTRICTS = [
    Row(f"district.proof.{posts}", "g", f"{posts} posts", "ms", (took,), aims=aims)
    for posts, took, aims in ((10, 40.0, ()), (100, 90.0, ()), (1000, 350.0, (Aim(Mark.MEDIAN, 500.0),)))
]


def texts(picture: str | None) -> list[str]:
    assert picture is not None
    return [str(each.text) for each in ElementTree.fromstring(picture).iter(f"{SVG}text")]  # noqa: S314 - our own


def test_each_program_that_was_measured_has_its_line_and_its_name() -> None:
    picture = plots.draw_latency(document(PUBLISHES, MACHINE, {}))

    assert {"bare paho", "node", "publish (QoS 1) to relay, plain, idle machine: % within so many ms"} <= {
        *texts(picture)}
    assert "Node-RED" not in texts(picture)
    assert str(picture).count("<polyline") == 2
    about = "A <fast> one, 2 cores; Python 3.11.7, Mosquitto 2.0.11; load 0.1 before the run; 2026-11-28"
    assert about in texts(picture)


def test_a_distribution_goes_from_none_to_all() -> None:
    assert [*plots._cumulative((3.0, 1.0, 2.0, 4.0))] == [
        (1.0, 0.0), (1.0, 25.0), (2.0, 50.0), (3.0, 75.0), (4.0, 100.0)]


def test_what_a_district_costs_stands_beside_its_aim() -> None:
    picture = plots.draw_district(document(DISTRICTS, MACHINE, {}))

    assert {"proof that all posts sound, s, by posts", "measured", "aim", "10", "100", "1,000"} <= {*texts(picture)}
    assert str(picture).count("<circle") == 3 + 1


@pytest.mark.parametrize(("axis", "value", "place"), [
    (Axis(0.1, 100.0), 0.1, 0.0), (Axis(0.1, 100.0), 1.0, 1 / 3), (Axis(0.1, 100.0), 100.0, 1.0),
    (Axis(0.1, 100.0), 0.01, 0.0), (Axis(0.0, 100.0, logarithmic=False), 25.0, 0.25),
])
def test_a_value_has_its_place_on_the_axis(axis: Axis, value: float, place: float) -> None:
    assert axis.at(value) == pytest.approx(place)


def test_without_values_nothing_is_drawn_and_a_picture_that_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "benchmarks-district.svg").write_text("of another run", "utf-8")
    written = plots.write(document(PUBLISHES, MACHINE, {}), tmp_path)

    assert written == [tmp_path / "benchmarks-latency.svg"]
    assert (tmp_path / "benchmarks-district.svg").read_text("utf-8") == "of another run"
    assert plots.write(document([], MACHINE, {}), tmp_path) == []


def test_a_run_draws_its_pictures_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(_name: str, rows: list[Row], *, quick: bool) -> str:
        assert isinstance(Run("latency", folder, quick), Run)
        rows += PUBLISHES
        return ""

    monkeypatch.setattr(command, "_measure", measure)
    done = CliRunner().invoke(command.main, ["latency", "--json", str(folder / "run.json"), "--plots", str(folder)])

    assert f"Picture: {folder / 'benchmarks-latency.svg'}" in done.output
    assert json.loads((folder / "run.json").read_text("utf-8"))["rows"][1]["values"] == [1.0, 1.1, 20.0]


@pytest.mark.parametrize(("content", "words", "text"), [
    (None, ["run.json", "."], "run.json: No such file or directory; measure a run first: python -m benchmarks --json"),
    ("{", ["run.json", "."], "run.json is not the JSON of a run; measure a run first: python -m benchmarks --json"),
    ("[]", ["run.json", "."], "run.json is not the JSON of a run"),
    ('{"rows": [{}]}', ["run.json", "."], "run.json is not the JSON of a run"),
    ('{"rows": []}', ["run.json", "none"], "none is no folder; make it first: mkdir -p none"),
    (None, [], "Missing argument 'JSON'"),
])
def test_what_cannot_be_drawn_is_a_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, content: str | None, words: list[str], text: str
) -> None:
    monkeypatch.chdir(folder)
    if content is not None:
        (folder / "run.json").write_text(content, "utf-8")
    done = CliRunner().invoke(plots.main, words)

    assert done.exit_code == 2
    assert text in done.output
    assert "Traceback" not in done.output


def test_the_pictures_of_a_run_of_before_are_drawn(folder: Path) -> None:
    (folder / "run.json").write_text(json.dumps(document(PUBLISHES, MACHINE, {})), "utf-8")
    done = CliRunner().invoke(plots.main, [str(folder / "run.json"), str(folder)])

    assert (done.exit_code, done.output) == (0, f"{folder / 'benchmarks-latency.svg'}\n")
    assert "JSON DIR" in CliRunner().invoke(plots.main, ["--help"]).output

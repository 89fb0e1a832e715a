"""A bad edit: the post rings on its last settings that worked, and says so until they are corrected."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from testing.program import LIMIT_S
from tests.support.nodes import ROOT
from tests.support.village import Post
from tests.support.waiting import wait_until


def edit(post: Post, **changes: Any) -> None:
    path = post._folder / "node.yaml"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changes}), "utf-8")


def check(post: Post) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-m", "kentongan", "check", "--simulate", "--offline", "--config",
         str(post._folder / "node.yaml")], cwd=ROOT, capture_output=True, text=True, check=False, timeout=LIMIT_S,
    )
    return done.returncode, [line for line in done.stderr.splitlines() if not line.startswith("warning: ")]


def test_after_a_bad_edit_the_post_rings_and_says_so_until_it_is_corrected(folder: Path, posts: list[Post]) -> None:
    post = Post(folder / "post", 1)  # nobody listens there
    posts.append(post)
    post.begin({}, linked=False)
    assert wait_until((post.state_dir / "settings" / "source").exists)
    post.kill()
    edit(post, siren={"pin": 99}, hub="maybe")
    since = len(post.lines)

    post.begin({}, linked=False)
    post.expect("part=settings ", since)
    post.contact("pencurian", closed=True)
    post.expect_on("siren")
    (line,) = [each for each in post.said("fault:") if "part=settings " in each]
    assert "node.yaml.siren.pin: must be a BCM number from 2 to 27, not 99 (and 1 more)" in line
    assert "the last that worked; `kentongan check` shows what differs: " in line
    post.contact("pencurian", closed=False)
    post.kill()

    code, lines = check(post)
    assert code == 2
    assert lines[0].startswith("a node that is started now rings on the settings of 20")
    assert sorted(lines[1:]) == sorted([
        "  node.yaml.siren.pin: was 17, is 99 now",
        "  node.yaml.siren.active_high: was false, is gone now",
        "  node.yaml.hub: was false, is \"maybe\" now",
        "node.yaml.hub: must be true or false, not 'maybe'",
        "node.yaml.siren.pin: must be a BCM number from 2 to 27, not 99",
        "2 faults.",
    ])

    edit(post, siren={"pin": 17, "active_high": False}, hub=False)
    since = len(post.lines)
    post.begin({}, linked=False)
    post.expect("part=link ", since)
    assert [each for each in post.lines[since:] if "part=settings " in each] == []


def test_settings_of_another_post_end_the_node_and_say_why(folder: Path, posts: list[Post]) -> None:
    post = Post(folder / "post", 1)
    posts.append(post)
    post.begin({}, linked=False)
    assert wait_until((post.state_dir / "settings" / "source").exists)
    post.kill()
    edit(post, village="kotakan", hub="maybe")
    done = subprocess.run(
        [sys.executable, "-m", "kentongan", "node", "--simulate", "--config", str(post._folder / "node.yaml")],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=LIMIT_S,
    )
    first, second, third = done.stderr.splitlines()

    assert (done.returncode, done.stdout) == (2, "")
    assert first.startswith("node.yaml.hub: must be true or false, not 'maybe'")
    assert second.endswith(", the last that worked, are not used: these are of another post (kotakan.pos-1, not "
                           "kalibagor.pos-1)")
    assert third == "2 faults."

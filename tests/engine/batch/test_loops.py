"""Loops over the rules: compiled once for all processes, loaded without Numba, refused what they do not take."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from parcours.engine.batch.kernel import sorter
from parcours.engine.batch.loops import Loop

SORTED = """
import sys
import numpy as np
from parcours.engine.batch.kernel import sorter
order = np.arange(4, dtype=np.int32)
days = np.array([[1, 2, 1, 1], [3, 2, 1, 1]], np.int32)
sorter(order, np.array([0, 3, 4]), days, np.empty_like(order))
print(*order, "compiled" if "numba" in sys.modules else "loaded")
"""


def test_of_two_processes_one_compiles_and_the_other_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    both = [subprocess.Popen([sys.executable, "-c", SORTED], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert sorted(run.communicate(timeout=300)[0] for run in both) == ["2 1 0 3 compiled\n", "2 1 0 3 loaded\n"]


def test_a_loop_is_compiled_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "parcours").write_text("a file where the folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    order = np.arange(2, dtype=np.int32)
    Loop(sorter.function, sorter.helpers)(order, np.array([0, 2]), np.array([[2, 1], [1, 1]]), np.empty_like(order))
    assert order.tolist() == [1, 0]


@pytest.mark.parametrize("wrong", [1.5, True, [1], np.float64(1)])
def test_what_a_loop_does_not_take_is_refused(wrong: object) -> None:
    with pytest.raises(TypeError):
        sorter(wrong)


LISTED = """
import numpy as np
from parcours.engine.batch.loops import Loop

def doubled(numbers):
    found = [2 * number for number in numbers]
    for place in range(len(found)):
        numbers[place] = found[place]

numbers = np.arange(3)
Loop(doubled, allocates=True)(numbers)
print(*numbers)
"""


def test_a_loop_that_makes_lists_has_its_memory_where_it_is_loaded_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for _ in ("compiled", "loaded"):
        run = subprocess.run([sys.executable, "-c", LISTED], capture_output=True, text=True, check=False)
        assert run.stdout == "0 2 4\n", run.stderr

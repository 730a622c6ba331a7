"""Spark's JVM: the one that is named, the one of the wheel, or a sentence that says what to do."""

import subprocess
from pathlib import Path

import pytest

from parcours.engine.batch import jvm


def test_the_jvm_of_the_wheel_starts_even_when_asked_for_a_module_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    java = jvm.java_home() / "bin" / "java"
    command = [java, "--add-modules=jdk.incubator.vector", "-version"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "openjdk" in run.stderr.lower()


def test_arguments_with_spaces_reach_the_jvm_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    java = jvm.java_home() / "bin" / "java"
    command = [java, "-Dwho=médecin traitant", "-XshowSettings:properties", "-version"]
    run = subprocess.run(command, capture_output=True, text=True, check=True, errors="replace")
    assert "who = m" in run.stderr
    assert "decin traitant" in run.stderr


def test_a_named_java_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").touch()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert jvm.java_home() == tmp_path


def test_a_wrong_java_home_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(jvm.JavaNotFoundError, match=f"JAVA_HOME is {tmp_path}, which holds no bin/java"):
        jvm.java_home()


def test_without_any_java_the_error_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(jvm, "find_spec", lambda _: None)
    with pytest.raises(jvm.JavaNotFoundError, match="pip install"):
        jvm.java_home()


def test_a_read_only_environment_gets_a_temporary_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "share").touch()  # a file where a directory is wanted: writing below it fails for root too
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    home = jvm.java_home()
    assert home.parent == tmp_path
    assert (home / "bin" / "java").stat().st_mode & 0o111

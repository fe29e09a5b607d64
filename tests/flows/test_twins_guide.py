"""The guide on the twins: its test file runs as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[2] / "docs/guides/twins.md"


def test_the_test_file_of_the_guide_passes(tmp_path: Path) -> None:
    """Whoever copies the guide's test file into an empty folder sees every test in it pass."""
    (text,) = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "test_bad_days.py").write_text(text)

    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "test_bad_days.py"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"{text.count('def test_')} passed" in ran.stdout

"""test_docs.py - every block of shell that a reader may copy from the documents works.

The blocks are those that tools/lint.d/docs.py lists. Each is run by bash from the top of the tree,
without standard input, and must end with status 0. They speak of build/, so they are run when that
is the build under test, and no other.
"""
import os
import subprocess
import sys

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TREE, "tools", "lint.d"))
import docs  # noqa: E402 (found through the path above)

BUILD = os.environ.get("POSTERN_BUILD", os.path.join(TREE, "build"))

# Only a block that hangs is ended by this; no verdict depends on how long one takes.
HANG_SECONDS = 300


@pytest.mark.skipif(BUILD != os.path.join(TREE, "build"), reason="the documents speak of build/")
@pytest.mark.parametrize("name, line, text", docs.shell_blocks(),
                         ids=[f"{name}:{line}" for name, line, _ in docs.shell_blocks()])
def test_block_of_shell(name, line, text):
    env = {key: value for key, value in os.environ.items()
           if not key.startswith("MAKE") and key not in docs.OUTER}
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=TREE, env=env, text=True,
                          errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=HANG_SECONDS, check=False)
    assert done.returncode == 0, (f"expected the block at {name}:{line} to end with 0, seen "
                                  f"{done.returncode}:\n{text}\n{done.stdout}")

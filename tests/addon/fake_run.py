"""A run that makes nothing: tells of five photos, one of them rejected.

What it does is told it by the name of the photos' folder: slow, fails.
"""

import json
import sys
import time
from pathlib import Path

PHOTOS = 5


def say(**event) -> None:
    print(json.dumps({"seconds": 0.1, "shard": "1/1", **event}), flush=True)


def main() -> None:
    assert sys.argv[1] == "run" and sys.argv[3:] == ["--log", "json"]
    file = Path(sys.argv[2])
    config = json.loads(file.read_text())
    photos = config["photos"].get("folder", "")
    print("a greeting", flush=True)
    if "fails" in photos:
        print("config.yaml: photos.folder = fails: no such folder", file=sys.stderr)
        sys.exit(2)
    output = file.parent / config["output"]
    output.mkdir(parents=True, exist_ok=True)
    begun = output / "done.txt"
    done = int(begun.read_text()) if begun.exists() else 0
    say(event="started", output="out", of=PHOTOS, done=done, notes=[])
    rejects = []
    while done < PHOTOS:
        done += 1
        begun.write_text(str(done))
        bad = done == 2
        rejects = [
            {"photo": "b.png", "face": None, "variant": None, "stage": "faces", "reason": "no face found"}
        ]
        say(
            event="photo",
            photo=f"{done}.png",
            faces=1,
            flagged=0,
            samples=0 if bad else 2,
            rejects=rejects if bad else [],
            done=done,
            of=PHOTOS,
            samples_per_minute=30.0,
            remaining_s=2.0 * (PHOTOS - done),
        )
        if "slow" in photos:
            time.sleep(60.0 if done == 3 else 0.0)
    (output / "rejects.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rejects))
    say(event="finished", made=8, rejected=1, data_set=None)


if __name__ == "__main__":
    main()

"""Read Label Studio's JSON: from the first annotation of each task, regions with labels, choices and notes, and relations.

Places count code points, in early versions units of UTF-16; the words beside them decide.
Format: https://labelstud.io/guide/export and https://labelstud.io/tags/text
"""

from ...problems import CaseError
from .marks import Copy, Mark, Marks, Text, reading, stretch


def fits(first: dict) -> bool:
    """Tell whether an object is a task with its annotations."""
    return isinstance(first.get("data"), dict) and isinstance(first.get("annotations"), list)


def read(data: list | dict, text: Text, file: str) -> Marks:
    """Read marks and relations; tasks on other texts are set aside. Raises CaseError if a task is not as it should be."""
    found = Marks()
    for number, task in enumerate(data if isinstance(data, list) else [data], start=1):
        with reading(f"task {number}", file):
            name = f"task {task.get('id', number)}"
            valid = [each for each in task["annotations"] if not each.get("was_cancelled")]
            found.left += [f"{name}: annotation {each['id']} is by another coder." for each in valid[1:]]
            if valid and valid[0]["result"]:
                try:
                    copy = _copy(task["data"], text, file, name)
                except CaseError as error:
                    found.other.append(error)
                else:
                    _add(found, valid[0]["result"], copy, name)
    return found


def _copy(data: dict, text: Text, file: str, task: str) -> Copy:
    """Return the text of a task, under whatever name its data hold it: the longest of them is tried."""
    longest = max((value for value in data.values() if isinstance(value, str)), key=len, default="")
    return text.copy(longest, False, file, what=f"the text of {task}", is_part=True)


def _add(found: Marks, result: list[dict], copy: Copy, task: str) -> None:
    """Add the regions of an annotation: what it says of one region has the id of that region."""
    marks: dict[str, Mark] = {}
    for each in result:
        kind, value = each["type"], each.get("value", {})
        if kind == "relation":
            found.links.append((str(each["from_id"]), str(each["to_id"])))
            continue
        name = str(each.get("id"))
        if kind not in ("labels", "choices", "textarea") or not isinstance(value.get("start"), int):
            found.left.append(f"{task}, {name}: {kind} on something else than words of a plain text is not read.")
            continue
        mark = marks.setdefault(name, Mark(name, [], copy, [stretch(value["start"], value["end"])]))
        if kind == "labels":
            mark.labels, mark.words = [str(label) for label in value["labels"]], str(value.get("text") or "")
        else:
            said = value["choices"] if kind == "choices" else value["text"]
            mark.attributes[str(each["from_name"])] = " ".join(said)
    found.marks += marks.values()

"""Matplotlib's pictures in a quarter of their bytes: what is said many times is said once, what is not seen not at all."""

import re
import xml.etree.ElementTree as ET

SVG, LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
NUMBER = re.compile(r"-?\d*\.\d+")
SMALL = 30  # a drawing of so few characters is repeated rather than referred to
ET.register_namespace("", SVG.strip("{}"))


def minify(text):
    """(the picture, its width and height in pixels)"""
    root = ET.fromstring(text)
    for child in root.findall(f"{SVG}metadata"):
        root.remove(child)
    width, height = (round(float(root.attrib[name].removesuffix("pt")) * 4 / 3) for name in ("width", "height"))
    for name in ("width", "height", "version"):  # opened alone, it fills the window; on a page, the size is the page's
        root.attrib.pop(name, None)
    referenced = set(re.findall(r'(?:href="|url\()#([^")]+)', text))
    named = {
        name: f"i{n}" for n, name in enumerate(e.attrib["id"] for e in root.iter() if e.attrib.get("id") in referenced)
    }
    rules = {}  # what stood in style attributes -> name of a class
    for element in root.iter():
        _simplify(element, named, rules)
    _unwrap(root)
    looks = {name: rule for rule, name in rules.items()}
    drawings = {f"#{e.attrib['id']}": e for e in root.iter() if "id" in e.attrib}
    for parent in list(root.iter()):
        _draw_small(parent, drawings)
        _join(parent, looks)
    for parent in list(root.iter()):
        _group(parent)
    _forget(root)
    _write_rules(root, rules)
    return ET.tostring(root, encoding="unicode").replace(" />", "/>"), width, height


def _simplify(element, named, rules):
    a = element.attrib
    if "id" in a:
        a["id"] = named.get(a["id"], "")
        if not a["id"]:
            del a["id"]
    if LINK in a:  # to a drawing in the picture; or the bytes of an image
        link = a.pop(LINK)
        a["href"] = "#" + named[link[1:]] if link.startswith("#") else link
    if "clip-path" in a:
        a["clip-path"] = f"url(#{named[a['clip-path'][5:-1]]})"
    if a.get("transform", "").startswith("rotate(-0 "):
        del a["transform"]
    if "d" in a:
        if circle := _circle(a["d"]):
            del a["d"]
            element.tag = f"{SVG}circle"
            a.update(circle)
        else:
            a["d"] = _path(a["d"], 2 if "id" in a else 1)
    for name in ("x", "y", "width", "height", "cx", "cy", "transform", "points"):
        if name in a:
            a[name] = _round(a[name], 1)
    if "style" in a:
        rule = _round(re.sub(r"\s*([:;,])\s*", r"\1", a.pop("style").strip(" ;")))
        rule = re.sub(r"#(\w)\1(\w)\2(\w)\3\b", r"#\1\2\3", rule)
        if rule:
            a["class"] = rules.setdefault(rule, f"a{len(rules)}")
    if element.tag not in (f"{SVG}text", f"{SVG}tspan") and not (element.text or "").strip():
        element.text = None
    if not (element.tail or "").strip():
        element.tail = None


def _round(text, digits=2):
    """A tenth of a point is finer than a screen shows. (What is drawn once and used often is small, and keeps more.)"""
    return NUMBER.sub(lambda match: _number(round(float(match[0]) * 10**digits), digits), text)


def _number(tenths, digits):
    """A whole number of tenths (or hundredths) as SVG writes it: .5, -2, 31.4"""
    text = f"{abs(tenths) / 10**digits:.{digits}f}".rstrip("0").rstrip(".")
    text = text.removeprefix("0") if text.startswith("0.") else text
    return f"-{text}" if tenths < 0 and text != "0" else text


def _path(path, digits):
    """A path in steps from point to point, of which only what is not zero is written."""
    parts, here, before = [], (0, 0), ""
    for command, numbers in re.findall(r"([MLCQz])([^MLCQz]*)", path):
        if command == "z":
            parts.append("z")
            before = "z"
            continue
        values = [round(float(number) * 10**digits) for number in numbers.split()]
        points = list(zip(values[::2], values[1::2]))
        (x, y), end = here, points[-1]
        if command == "M":
            parts.append("M" + _numbers(end, digits))
        elif all(point == here for point in points):
            continue
        elif command == "L" and end[1] == y:
            parts.append("h" + _number(end[0] - x, digits))
        elif command == "L" and end[0] == x:
            parts.append("v" + _number(end[1] - y, digits))
        else:
            steps = _numbers([v for point in points for v in (point[0] - x, point[1] - y)], digits)
            same = before == command and parts[-1][-1] != "z"
            parts.append(steps if same and steps[0] == "-" else f" {steps}" if same else command.lower() + steps)
            before, here = command, end
            continue
        before, here = "", end
    return "".join(parts)


def _circle(path):
    """The attributes of a circle, if the path is one: Matplotlib draws it in eight curves."""
    if re.sub("[^A-Za-z]", "", path) not in ("MCCCCCCCCz", "MCCCCCCCC"):
        return None
    numbers = [[float(number) for number in part.split()] for part in re.split("[A-Za-z]+", path) if part.strip()]
    ends = [part[-2:] for part in numbers[1:]]
    x, y = (sum(end[axis] for end in ends) / 8 for axis in (0, 1))
    radii = [((end[0] - x) ** 2 + (end[1] - y) ** 2) ** 0.5 for end in ends]
    if max(radii) - min(radii) > 0.01:
        return None
    return (
        {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": f"{radii[0]:.2f}"}
        if abs(x) + abs(y) > 0.01
        else {"r": f"{radii[0]:.2f}"}
    )


def _numbers(values, digits):
    return re.sub(" -", "-", " ".join(_number(value, digits) for value in values))


def _unwrap(parent):
    """Groups that say nothing give way to what is in them."""
    children = []
    for child in list(parent):
        _unwrap(child)
        children += list(child) if child.tag == f"{SVG}g" and not child.attrib else [child]
    parent[:] = children


def _draw_small(parent, drawings):
    """A tick is drawn where it stands, not referred to."""
    for child in parent.findall(f"{SVG}use"):
        drawing = drawings[child.attrib["href"]]
        d, look = drawing.attrib.get("d", ""), drawing.attrib.get("class")
        if len(d) < SMALL and d.startswith("M0 0") and child.attrib.get("class", look) == look:
            a = child.attrib
            child.tag = f"{SVG}path"
            d = f"M{a.pop('x', '0')} {a.pop('y', '0')}".replace(" -", "-") + d.removeprefix("M0 0")
            a["d"] = d
            a["class"] = look
            del a["href"]


def _join(parent, looks):
    """Shapes that look the same and stand together become one; of two at the same place one is enough."""
    kept, last, used = [], {}, set()  # last: the shape that others may still join, by its look
    for child in list(parent):
        a = child.attrib
        look, d = looks.get(a.get("class"), ""), a.get("d", "")
        key = (child.tag, a.get("class"), a.get("clip-path"))
        is_line, is_box = "fill:none" in look or "fill" not in look, not re.search("[clq]", d)
        if child.tag == f"{SVG}path" and "id" not in a:
            if is_line and "stroke" not in look or not is_line and _is_flat(d) or not re.search("[hvclq]", d):
                continue  # without colour, without area, or from a point to itself
            if "opacity" not in look and (is_line or is_box):
                if key in last:
                    last[key].attrib["d"] += d
                    continue
                # Ticks and the lines of a grid take turns, and may change places; other shapes may lie on each other.
                last = (last if is_line and is_box and last.get("straight") else {"straight": is_line and is_box}) | {
                    key: child
                }
            else:
                last = {}
        elif child.tag == f"{SVG}use" and "opacity" not in looks.get(a.get("class"), ""):
            place = (*key, a["href"], a.get("x"), a.get("y"))
            if place in used:
                continue
            used.add(place)
            last = {}
        elif child.tag == f"{SVG}g" and not a.keys() - {"clip-path"} and key in last:
            last[key].extend(child)
            continue
        else:
            last = (
                {key: child} if child.tag == f"{SVG}g" else last if child.tag == f"{SVG}text" else {}
            )  # words lie on nothing
        kept.append(child)
    parent[:] = kept


def _is_flat(path):
    """Whether a rectangle has no height, or no width: the bar of a zero."""
    return re.fullmatch(r"M[^hv]*([hv])[^hvlcq]*(\1[^hvlcq]*)*z", path) is not None


def _group(parent):
    """Neighbours of the same class say it once, together."""
    children, groups = list(parent), []
    for child in children:
        look = child.attrib.get("class")
        if groups and look and groups[-1][0].attrib.get("class") == look and child.tag in (f"{SVG}text", f"{SVG}use"):
            groups[-1].append(child)
        else:
            groups.append([child])
    for group in groups:
        if len(group) > 2 and group[0].tag == group[1].tag:
            around = ET.Element(f"{SVG}g", {"class": group[0].attrib["class"]})
            for child in group:
                del child.attrib["class"]
            around.extend(group)
            group[:] = [around]
    parent[:] = [child for group in groups for child in group]


def _forget(root):
    """Drawings that nothing refers to any longer, and what is empty without them."""
    used = {e.attrib["href"][1:] for e in root.iter() if e.attrib.get("href", "").startswith("#")}
    for parent in list(root.iter()):
        parent[:] = [e for e in parent if e.tag == f"{SVG}clipPath" or e.attrib.get("id") in used | {None}]
    for parent in list(root.iter()):
        parent[:] = [e for e in parent if e.tag not in (f"{SVG}defs", f"{SVG}g") or len(e)]


def _write_rules(root, rules):
    """The style element; what all texts share is said once."""
    used = {name for element in root.iter() for name in element.attrib.get("class", "").split()}
    rules = {rule: name for rule, name in rules.items() if name in used}
    families = {family for rule in rules for family in re.findall("font-family:[^;]+", rule)}
    if len(families) == 1:
        family = families.pop()
        rules = {rule.replace(family, "").replace(";;", ";").strip(";"): name for rule, name in rules.items()} | {
            family: "text"
        }
    if rules:
        style = root.find(f".//{SVG}style")
        if style is None:
            style = ET.Element(f"{SVG}style")
            root.insert(0, style)
        style.attrib.pop("type", None)
        style.text = re.sub(r"\s*([:;])\s*", r"\1", style.text or "") + "".join(
            f"{name if name == 'text' else '.' + name}{{{rule}}}" for rule, name in rules.items()
        )
